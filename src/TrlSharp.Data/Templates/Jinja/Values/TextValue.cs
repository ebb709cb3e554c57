using System.Buffers;
using System.Text;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>str</c> whose characters know where they came from.</summary>
internal sealed class TextValue : Value
{
    private readonly RenderedSpan _only; // most texts have one run, which then needs no array
    private readonly RenderedSpan[]? _runs;

    /// <param name="text">UTF-16.</param>
    /// <param name="runs">Tile the text; empty for the empty text.</param>
    /// <param name="markup">markupsafe's <c>Markup</c>: joining escapes the other side.</param>
    /// <param name="generations">Of each run, the number of the generation block it was written in, 0 for none; null: all 0.</param>
    public TextValue(string text, RenderedSpan[] runs, bool markup = false, int[]? generations = null) => (Text, _runs, IsMarkup, Generations) = (text, runs, markup, generations);

    /// <param name="text">UTF-16, not empty.</param>
    /// <param name="run">All of the text.</param>
    /// <param name="markup">markupsafe's <c>Markup</c>.</param>
    /// <param name="generations">That of the run, or null for 0.</param>
    public TextValue(string text, in RenderedSpan run, bool markup = false, int[]? generations = null) => (Text, _only, IsMarkup, Generations) = (text, run, markup, generations);

    public static TextValue Empty { get; } = new("", []);

    public string Text { get; }

    /// <summary>Tile the text.</summary>
    public ReadOnlySpan<RenderedSpan> Runs => _runs is null ? new ReadOnlySpan<RenderedSpan>(in _only) : _runs;

    /// <summary>Whether all of it is one run, outside of generation blocks.</summary>
    public bool IsOneRun => _runs is null && Generations is null;

    public ref readonly RenderedSpan FirstRun => ref _only;

    public bool IsMarkup { get; }

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    public override bool IsIterable => true;

    public override long Weight => 1 + Text.Length;

    public override int Length => CodePoints.Count(Text);

    /// <summary>Of each run, the number of the generation block it was written in; null while all are 0, none.</summary>
    public int[]? Generations { get; }

    public static TextValue Of(string text, in RenderedSpan here, bool markup = false) =>
        text.Length == 0 ? (markup ? new("", [], true) : Empty) : new(text, here.OfLength(text.Length), markup);

    public TextValue AsMarkup(bool markup) => markup == IsMarkup ? this : _runs is null ? new(Text, _only, markup, Generations) : new(Text, _runs, markup, Generations);

    public int Generation(int run) => Generations is null ? 0 : Generations[run];

    /// <summary>The run that holds a character.</summary>
    public int RunAt(int at)
    {
        var runs = Runs;
        var (low, high) = (0, runs.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].End <= at) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>UTF-16 characters [from, to).</summary>
    public TextValue Slice(int from, int to)
    {
        if (from >= to) return IsMarkup ? new("", [], true) : Empty;
        if (from == 0 && to == Text.Length) return this;
        if (_runs is null) return new(Text[from..to], _only.Slice(from, to), IsMarkup, Generations);
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
        var runs = Runs;
        for (var i = 0; i < runs.Length; i++)
        {
            if (runs[i].Exact) MapExactly(output, i, map, mapped);
            else output.Append(Mapped(runs[i].Start, runs[i].End, map), runs[i], Generation(i));
        }

        return output.ToValue(IsMarkup);
    }

    /// <summary>Character by character, so that each keeps its place in the source.</summary>
    private void MapExactly(TextBuilder output, int index, Func<Rune, int, string> map, SearchValues<char>? mapped)
    {
        ref readonly var run = ref Runs[index];
        var (start, stop, generation) = (run.Start, run.End, Generation(index));
        for (var at = start; at < stop;)
        {
            if (mapped is not null)
            {
                var same = Text.AsSpan(at, stop - at).IndexOfAny(mapped);
                if (same < 0) same = stop - at;
                output.Append(Text.AsSpan(at, same), run.Slice(at - start, at - start + same), generation);
                at += same;
                if (at == stop) break;
            }

            var rune = Rune.TryGetRuneAt(Text, at, out var read) ? read : Rune.ReplacementChar;
            var end = Math.Min(at + rune.Utf16SequenceLength, stop);
            output.Append(map(rune, at), run.Slice(at - start, end - start), generation);
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

    public override TextValue ToText(in RenderedSpan here) => this;

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
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
