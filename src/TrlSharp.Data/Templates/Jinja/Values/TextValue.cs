using System.Buffers;
using System.Text;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>str</c> whose characters know where they came from.</summary>
internal sealed class TextValue : Value
{
    private const int FewRuns = 16;

    private readonly Run _only; // most texts have one run, which then needs no array
    private readonly Run[]? _runs;
    private int[]? _starts; // of the runs, made when a text of many pieces is cut

    /// <param name="text">UTF-16.</param>
    /// <param name="runs">Tile the text; empty for the empty text.</param>
    /// <param name="markup">markupsafe's <c>Markup</c>: joining escapes the other side.</param>
    public TextValue(string text, Run[] runs, bool markup = false) => (Text, _runs, IsMarkup) = (text, runs, markup);

    /// <param name="text">UTF-16, not empty.</param>
    /// <param name="run">All of the text.</param>
    /// <param name="markup">markupsafe's <c>Markup</c>.</param>
    public TextValue(string text, in Run run, bool markup = false) => (Text, _only, IsMarkup) = (text, run, markup);

    public static TextValue Empty { get; } = new("", []);

    public string Text { get; }

    /// <summary>Tile the text.</summary>
    public ReadOnlySpan<Run> Runs => _runs is null ? new ReadOnlySpan<Run>(in _only) : _runs;

    public bool IsMarkup { get; }

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    public override bool IsIterable => true;

    public override long Weight => 1 + Text.Length;

    public override int Length => CodePoints.Count(Text);

    public static TextValue Of(string text, in Run here, bool markup = false) =>
        text.Length == 0 ? (markup ? new("", [], true) : Empty) : new(text, here.Length == text.Length ? here : here with { Length = text.Length, SourceEnd = here.Exact ? here.SourceStart + text.Length : here.SourceEnd }, markup);

    public TextValue AsMarkup(bool markup) => markup == IsMarkup ? this : _runs is null ? new(Text, _only, markup) : new(Text, _runs, markup);

    /// <summary>The run that holds a character, or one before it, and where it begins; by search where there are many, so that cutting a text up stays linear.</summary>
    public (int Index, int Start) RunAt(int at)
    {
        if (Runs.Length < FewRuns) return (0, 0);
        if (_starts is not { } starts)
        {
            starts = new int[Runs.Length];
            for (var i = 1; i < starts.Length; i++) starts[i] = starts[i - 1] + Runs[i - 1].Length;
            _starts = starts;
        }

        var found = Array.BinarySearch(starts, at);
        var index = found >= 0 ? found : ~found - 1;
        return (index, starts[index]);
    }

    /// <summary>UTF-16 characters [from, to).</summary>
    public TextValue Slice(int from, int to)
    {
        if (from >= to) return IsMarkup ? new("", [], true) : Empty;
        if (from == 0 && to == Text.Length) return this;
        if (_runs is null) return new(Text[from..to], _only.Slice(from, to), IsMarkup);
        var output = new TextBuilder();
        output.Append(this, from, to);
        return output.ToValue(IsMarkup);
    }

    /// <summary>Every so manieth character, forwards or backwards: each becomes a run of its own where the characters know their places.</summary>
    /// <param name="state">Pays for the runs.</param>
    /// <param name="first">Code-point index of the first.</param>
    /// <param name="stride">Code points from one to the next.</param>
    /// <param name="count">How many.</param>
    public TextValue Pick(RenderState state, int first, int stride, int count)
    {
        const long CostOfRun = 8;
        state.Charge(count * (Runs.Length == 1 && !Runs[0].Exact ? 1 : CostOfRun));
        var offsets = CodePoints.AreUnits(Text) ? null : CodePoints.Offsets(Text);
        var output = new TextBuilder();
        for (var (i, at) = (0, first); i < count; i++, at += stride)
        {
            if (offsets is null) output.Append(this, at, at + 1);
            else output.Append(this, offsets[at], offsets[at + 1]);
        }

        return output.ToValue(IsMarkup);
    }

    /// <summary>One text behind the other; runs that nobody owns yet get <paramref name="owner"/>.</summary>
    public static TextValue Join(TextValue left, TextValue right, int owner, bool markup)
    {
        var output = new TextBuilder();
        output.Append(left, owner, prompt: false, generation: 0);
        output.Append(right, owner, prompt: false, generation: 0);
        return output.ToValue(markup);
    }

    /// <summary>Each character mapped to text, origins kept; one that becomes several stands for its source character.</summary>
    /// <param name="map">A character, at a place, to text.</param>
    /// <param name="mapped">The characters that can change, all others being copied; null: any.</param>
    public TextValue Map(Func<Rune, int, string> map, SearchValues<char>? mapped = null)
    {
        var output = new TextBuilder();
        var start = 0;
        foreach (var run in Runs)
        {
            if (run.Exact) MapExactly(output, run, start, map, mapped);
            else output.Append(Mapped(start, start + run.Length, map), run with { Length = 0 });
            start += run.Length;
        }

        return output.ToValue(IsMarkup);
    }

    /// <summary>Character by character, so that each keeps its place in the source.</summary>
    private void MapExactly(TextBuilder output, Run run, int start, Func<Rune, int, string> map, SearchValues<char>? mapped)
    {
        var stop = start + run.Length;
        for (var at = start; at < stop;)
        {
            if (mapped is not null)
            {
                var same = Text.AsSpan(at, stop - at).IndexOfAny(mapped);
                if (same < 0) same = stop - at;
                output.Append(Text.AsSpan(at, same), run.Slice(at - start, at - start + same));
                at += same;
                if (at == stop) break;
            }

            var rune = Rune.TryGetRuneAt(Text, at, out var read) ? read : Rune.ReplacementChar;
            var end = Math.Min(at + rune.Utf16SequenceLength, stop);
            output.Append(map(rune, at), run.Slice(at - start, end - start));
            at = end;
        }
    }

    private string Mapped(int start, int end, Func<Rune, int, string> map)
    {
        var mapped = new StringBuilder(end - start);
        for (var at = start; at < end;)
        {
            var rune = Rune.TryGetRuneAt(Text, at, out var read) ? read : Rune.ReplacementChar;
            mapped.Append(map(rune, at));
            at += rune.Utf16SequenceLength;
        }

        return mapped.ToString();
    }

    public override TextValue ToText(in Run here) => this;

    public override void AppendRepr(TextBuilder output, in Run here)
    {
        var quote = Text.Contains('\'', StringComparison.Ordinal) && !Text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        if (IsMarkup) output.Append("Markup(", here);
        output.Append(quote.ToString(), here);
        output.Append(Map((rune, _) => ReprEscape.Of(rune, quote)));
        output.Append(quote.ToString(), here);
        if (IsMarkup) output.Append(")", here);
    }

    public override IEnumerable<Value> Iterate()
    {
        var at = 0;
        while (at < Text.Length)
        {
            var next = at + (at + 1 < Text.Length && char.IsSurrogatePair(Text, at) ? 2 : 1);
            yield return Slice(at, next).AsMarkup(false); // markupsafe's own indexing gives markup, its iteration does not
            at = next;
        }
    }

    public override Value? Attribute(string name) => TextMethods.Bind(this, name);

    public override Value? Item(Value key)
    {
        if (Numbers.AsIndex(key) is not { } index) return null;
        var length = Length;
        if (index < 0) index += length;
        if (index < 0 || index >= length) return null;
        var from = CodePoints.ToUnit(Text, (int)index);
        return Slice(from, from + (from + 1 < Text.Length && char.IsSurrogatePair(Text, from) ? 2 : 1));
    }
}
