using System.Buffers;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Builds a text value piece by piece, joining runs that continue each other. Its memory is lent, and goes back with the value.</summary>
internal sealed class TextBuilder
{
    private const int FirstCharacters = 4096, FirstRuns = 128; // lent, so that small texts pay nothing for it
    private const int FastGrowth = 1 << 20;
    private char[] _text = [];
    private Run[] _runs = [];
    private int _length, _count;

    public int Length => _length;

    public ReadOnlySpan<Run> Runs => _runs.AsSpan(0, _count);

    public void Append(ReadOnlySpan<char> text, in Run run)
    {
        if (text.IsEmpty) return;
        Write(text);
        if (run.Length == text.Length) Push(run);
        else Push(run.Stretched(text.Length));
    }

    public void Append(TextValue value) => Append(value, 0, value.Text.Length);

    /// <summary>Characters [from, to) of a value with their runs.</summary>
    public void Append(TextValue value, int from, int to)
    {
        if (from >= to) return;
        Write(value.Text.AsSpan(from, to - from));
        var (index, at) = value.RunAt(from);
        for (; at < to; index++)
        {
            ref readonly var run = ref value.Runs[index];
            var start = Math.Max(from, at);
            var end = Math.Min(to, at + run.Length);
            if (start < end) Push(start == at && end == at + run.Length ? run : run.Slice(start - at, end - at));
            at += run.Length;
        }
    }

    /// <summary>The value with every run changed: owners decided, flags set.</summary>
    public void Append(TextValue value, int owner, bool prompt, int generation)
    {
        Write(value.Text);
        foreach (ref readonly var run in value.Runs) Push(run, owner, prompt, generation);
    }

    /// <summary>Text of one run, likewise.</summary>
    public void Append(string text, in Run run, int owner, bool prompt, int generation)
    {
        Write(text);
        Push(run, owner, prompt, generation);
    }

    /// <summary>Takes back what was appended after the first <paramref name="length"/> characters.</summary>
    public TextValue TakeFrom(int length)
    {
        var all = new TextValue(new string(_text, 0, _length), Runs.ToArray());
        var start = _length;
        while (start > length) start -= _runs[--_count].Length;
        if (start < length)
        {
            _runs[_count] = _runs[_count].Slice(0, length - start);
            _count++;
        }

        _length = length;
        return all.Slice(length, all.Text.Length);
    }

    /// <summary>All that was appended; the builder is empty then.</summary>
    public TextValue ToValue(bool markup = false)
    {
        var runs = Runs;
        var value = runs.Length == 1 ? new TextValue(TakeText(), runs[0], markup) : new TextValue(TakeText(), runs.ToArray(), markup);
        TakeRuns();
        return value;
    }

    /// <summary>The text and its runs as they are read from outside; the builder is empty then.</summary>
    public RenderedConversation ToConversation()
    {
        var spans = new RenderedSpan[_count];
        List<(int Start, int End)>? generations = null;
        var (at, open) = (0, 0);
        for (var i = 0; i < spans.Length; i++)
        {
            ref readonly var run = ref _runs[i];
            var end = at + run.Length;
            spans[i] = new(at, end, run.Origin, run.SourceStart, run.SourceEnd, run.Exact, run.Owner == Run.Unowned ? -1 : run.Owner, run.Prompt);
            if (run.Generation != 0)
            {
                generations ??= [];
                if (open == run.Generation) generations[^1] = (generations[^1].Start, end);
                else generations.Add((at, end));
            }

            (at, open) = (end, run.Generation);
        }

        TakeRuns();
        return new(TakeText(), spans, generations is null ? [] : generations);
    }

    private string TakeText()
    {
        var text = new string(_text, 0, _length);
        if (_text.Length > 0) ArrayPool<char>.Shared.Return(_text);
        (_text, _length) = ([], 0);
        return text;
    }

    private void TakeRuns()
    {
        if (_runs.Length > 0) GiveBack(_runs, _count);
        (_runs, _count) = ([], 0);
    }

    private void Write(ReadOnlySpan<char> text)
    {
        if (text.Length > _text.Length - _length) GrowText(text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    private void GrowText(int more)
    {
        var larger = ArrayPool<char>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(FirstCharacters, Math.Max((_length < FastGrowth ? 4L : 2L) * _length, (long)_length + more))));
        _text.AsSpan(0, _length).CopyTo(larger);
        if (_text.Length > 0) ArrayPool<char>.Shared.Return(_text);
        _text = larger;
    }

    private void Push(in Run run) => Push(run, Run.Unowned, prompt: false, generation: 0);

    /// <param name="run">The characters.</param>
    /// <param name="owner">Theirs if they have none.</param>
    /// <param name="prompt">Set unless it is.</param>
    /// <param name="generation">Theirs if they have none.</param>
    private void Push(in Run run, int owner, bool prompt, int generation)
    {
        if (run.Owner != Run.Unowned) owner = run.Owner;
        if (run.Generation != 0) generation = run.Generation;
        prompt |= run.Prompt;
        if (_count > 0)
        {
            ref var last = ref _runs[_count - 1];
            if (ReferenceEquals(last.Origin, run.Origin) && last.Owner == owner && last.Prompt == prompt && last.Generation == generation && last.Continues(run))
            {
                last.Length += run.Length;
                last.SourceEnd = run.SourceEnd;
                return;
            }
        }

        if (_count == _runs.Length) GrowRuns();
        // Field by field: a run made aside and copied would be read before its parts have arrived in memory, which stalls.
        ref var added = ref _runs[_count++];
        added.Length = run.Length;
        added.Origin = run.Origin;
        added.SourceStart = run.SourceStart;
        added.SourceEnd = run.SourceEnd;
        added.Exact = run.Exact;
        added.Owner = owner;
        added.Prompt = prompt;
        added.Generation = generation;
    }

    private void GrowRuns()
    {
        var larger = ArrayPool<Run>.Shared.Rent(Math.Max(FirstRuns, _count * 2));
        Runs.CopyTo(larger);
        if (_runs.Length > 0) GiveBack(_runs, _count);
        _runs = larger;
    }

    /// <summary>Without the origins, which would be kept alive.</summary>
    private static void GiveBack(Run[] runs, int used)
    {
        Array.Clear(runs, 0, used);
        ArrayPool<Run>.Shared.Return(runs);
    }
}
