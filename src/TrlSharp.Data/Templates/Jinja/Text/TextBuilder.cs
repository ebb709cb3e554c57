using System.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Builds a text value piece by piece, joining runs that continue each other.</summary>
internal sealed class TextBuilder
{
    private readonly StringBuilder _text = new();
    private Run[] _runs = new Run[8];
    private int _count;

    public int Length => _text.Length;

    public ReadOnlySpan<Run> Runs => _runs.AsSpan(0, _count);

    public void Append(ReadOnlySpan<char> text, in Run run)
    {
        if (text.IsEmpty) return;
        _text.Append(text);
        Push(run.Length == text.Length ? run : run.Stretched(text.Length));
    }

    public void Append(TextValue value) => Append(value, 0, value.Text.Length);

    /// <summary>Characters [from, to) of a value with their runs.</summary>
    public void Append(TextValue value, int from, int to)
    {
        if (from >= to) return;
        _text.Append(value.Text, from, to - from);
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
        _text.Append(value.Text);
        foreach (var run in value.Runs)
        {
            Push(run with
            {
                Owner = run.Owner == Run.Unowned ? owner : run.Owner,
                Prompt = run.Prompt || prompt,
                Generation = run.Generation == 0 ? generation : run.Generation,
            });
        }
    }

    public TextValue ToValue(bool markup = false) => new(_text.ToString(), Runs.ToArray(), markup);

    public override string ToString() => _text.ToString();

    private void Push(in Run run)
    {
        if (_count > 0 && _runs[_count - 1].Joins(run))
        {
            ref var last = ref _runs[_count - 1];
            last = last with { Length = last.Length + run.Length, SourceEnd = run.SourceEnd };
            return;
        }

        if (_count == _runs.Length) Array.Resize(ref _runs, _count * 2);
        _runs[_count++] = run;
    }
}
