using System.Runtime.CompilerServices;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Builds a text value piece by piece, joining runs that continue each other. Its memory is lent, and goes back with the value.</summary>
internal sealed class TextBuilder
{
    private LentMemory? _memory;
    private char[] _text = [];
    private RenderedSpan[] _runs = [];
    private int[]? _generations; // of the runs; null while all are 0
    private int _length, _count;
    private int _open; // the run that begins a stretch of its own; 0 for none

    public int Length => _length;

    public void Append(ReadOnlySpan<char> text, in RenderedSpan run, int generation = 0)
    {
        if (text.IsEmpty) return;
        Write(text);
        if (run.Length == text.Length) Push(run, text.Length, generation: generation);
        else Push(run.Stretched(text.Length), text.Length, generation: generation);
    }

    public void Append(TextValue value) => Append(value, 0, value.Text.Length);

    /// <summary>Characters [from, to) of a value with their runs.</summary>
    public void Append(TextValue value, int from, int to)
    {
        if (from >= to) return;
        Write(value.Text.AsSpan(from, to - from));
        var runs = value.Runs;
        for (var i = value.RunAt(from); i < runs.Length && runs[i].Start < to; i++)
        {
            ref readonly var run = ref runs[i];
            var (start, end) = (Math.Max(from, run.Start), Math.Min(to, run.End));
            if (end - start == run.Length) Push(run, run.Length, generation: value.Generation(i));
            else Push(run.Slice(start - run.Start, end - run.Start), end - start, generation: value.Generation(i));
        }
    }

    /// <summary>The value with every run changed: owners decided, flags set.</summary>
    public void Append(TextValue value, int owner, bool prompt, int generation)
    {
        Write(value.Text);
        if (value.IsOneRun) Push(value.FirstRun, value.Text.Length, owner, prompt, generation);
        else Append(value.Runs, value.Generations, owner, prompt, generation);
    }

    private void Append(ReadOnlySpan<RenderedSpan> runs, int[]? generations, int owner, bool prompt, int generation)
    {
        for (var i = 0; i < runs.Length; i++) Push(runs[i], runs[i].Length, owner, prompt, generations?[i] is { } own and not 0 ? own : generation);
    }

    /// <summary>Text of one run, likewise.</summary>
    public void Append(string text, in RenderedSpan run, int owner, bool prompt, int generation)
    {
        Write(text);
        Push(run, text.Length, owner, prompt, generation);
    }

    /// <summary>From here on a stretch of text by itself: its first run does not become a part of the last one before.</summary>
    public void Open() => _open = _count;

    /// <summary>The runs since <see cref="Open"/>, which may be changed. The stretch ends with <see cref="Close"/>.</summary>
    public Span<RenderedSpan> Opened => _runs.AsSpan(_open, _count - _open);

    /// <summary>Joins the stretch to what stands before it.</summary>
    public void Close()
    {
        var at = _open;
        _open = 0;
        if (at == 0 || at == _count) return;
        ref var last = ref _runs[at - 1];
        ref readonly var first = ref _runs[at];
        if (!IsContinued(at - 1, first, first.Owner, first.GenerationPrompt, _generations?[at] ?? 0)) return;
        last = last with { End = first.End, SourceEnd = first.SourceEnd };
        _count--;
        Array.Copy(_runs, at + 1, _runs, at, _count - at);
        if (_generations is not null) Array.Copy(_generations, at + 1, _generations, at, _count - at);
    }

    /// <summary>How much there is; null where generation blocks were written.</summary>
    public Mark? Written => _generations is not null || _open > 0 ? null : new(_length, _count, _count == 0 ? default : _runs[_count - 1]);

    /// <summary>What a builder had written at a mark, of which a text was made later; this one is empty.</summary>
    public void Begin(RenderedConversation rendered, in Mark mark)
    {
        Write(rendered.Text.AsSpan(0, mark.Length));
        if (mark.Count == 0) return;
        GrowRuns(mark.Count);
        var runs = (RenderedSpan[])rendered.Spans;
        runs.AsSpan(0, mark.Count - 1).CopyTo(_runs);
        _runs[mark.Count - 1] = mark.Last;
        _count = mark.Count;
    }

    /// <summary>Takes back what was appended after the first <paramref name="length"/> characters.</summary>
    public TextValue TakeFrom(int length)
    {
        var all = new TextValue(new string(_text, 0, _length), Pushed.ToArray(), generations: _generations?[.._count]);
        while (_count > 0 && _runs[_count - 1].Start >= length) _count--;
        if (_count > 0 && _runs[_count - 1] is var last && last.End > length)
            _runs[_count - 1] = last with { End = length, SourceEnd = last.Exact ? last.SourceStart + length - last.Start : last.SourceEnd };
        _length = length;
        return all.Slice(length, all.Text.Length);
    }

    /// <summary>All that was appended; the builder is empty then.</summary>
    public TextValue ToValue(bool markup = false)
    {
        var text = new string(_text, 0, _length);
        var generations = _generations?[.._count];
        var value = _count == 1 ? new TextValue(text, _runs[0], markup, generations) : new TextValue(text, Pushed.ToArray(), markup, generations);
        Return();
        return value;
    }

    /// <summary>The text and its runs as they are read from outside; the builder is empty then.</summary>
    /// <param name="reads">What was asked for to make it.</param>
    public RenderedConversation ToConversation(ContextReads reads)
    {
        var rendered = new RenderedConversation(new string(_text, 0, _length), Pushed.ToArray(), _generations is null ? [] : GenerationSpans(_generations)) { Reads = reads };
        Return();
        return rendered;
    }

    /// <summary>How much was written.</summary>
    /// <param name="Length">Characters.</param>
    /// <param name="Count">Runs.</param>
    /// <param name="Last">The last run, which can grow afterwards.</param>
    public readonly record struct Mark(int Length, int Count, RenderedSpan Last);

    private ReadOnlySpan<RenderedSpan> Pushed => _runs.AsSpan(0, _count);

    /// <summary>Runs of one generation block that touch are one range.</summary>
    private List<(int Start, int End)> GenerationSpans(int[] generations)
    {
        var (spans, open) = (new List<(int Start, int End)>(), 0);
        for (var i = 0; i < _count; i++)
        {
            if (generations[i] is not 0 and var generation)
            {
                if (generation == open) spans[^1] = (spans[^1].Start, _runs[i].End);
                else spans.Add((_runs[i].Start, _runs[i].End));
            }

            open = generations[i];
        }

        return spans;
    }

    private void Write(ReadOnlySpan<char> text)
    {
        if (text.Length > _text.Length - _length) GrowText(text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    /// <param name="run">The characters.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="owner">Theirs if they have none.</param>
    /// <param name="prompt">Set unless it is.</param>
    /// <param name="generation">Number of the generation block around them; 0 for none.</param>
    private void Push(in RenderedSpan run, int length, int owner = Runs.Unowned, bool prompt = false, int generation = 0)
    {
        if (run.Owner != Runs.Unowned) owner = run.Owner;
        prompt |= run.GenerationPrompt;
        var start = 0;
        if (_count > 0)
        {
            ref var last = ref _runs[_count - 1];
            start = last.End;
            if (_count != _open && IsContinued(_count - 1, run, owner, prompt, generation))
            {
                last = last with { End = start + length, SourceEnd = run.SourceEnd };
                return;
            }
        }

        if (_count == _runs.Length) GrowRuns(1);
        if (_generations is not null || generation != 0) SetGeneration(generation);
        _runs[_count++] = new(start, start + length, run.Origin, run.SourceStart, run.SourceEnd, run.Exact, owner, prompt);
    }

    /// <summary>Whether a run is a part of the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsContinued(int at, in RenderedSpan by, int owner, bool prompt, int generation)
    {
        ref readonly var run = ref _runs[at];
        return ReferenceEquals(run.Origin, by.Origin) && run.Owner == owner && run.GenerationPrompt == prompt && run.IsContinuedBy(by) && (_generations is null ? 0 : _generations[at]) == generation;
    }

    private void SetGeneration(int generation)
    {
        if (_generations is null || _generations.Length < _runs.Length) Array.Resize(ref _generations, _runs.Length);
        _generations[_count] = generation;
    }

    private void GrowText(int more)
    {
        if (_memory is null) Borrow();
        if (more > _text.Length - _length) _text = _memory!.GrowCharacters(_length, more);
    }

    private void GrowRuns(int more)
    {
        if (_memory is null) Borrow();
        if (more > _runs.Length - _count) _runs = _memory!.GrowRuns(_count, more);
    }

    private void Borrow()
    {
        _memory = LentMemory.Take();
        (_text, _runs) = (_memory.Characters, _memory.Runs);
    }

    private void Return()
    {
        _memory?.Return();
        (_memory, _text, _runs, _generations, _length, _count) = (null, [], [], null, 0, 0);
    }
}
