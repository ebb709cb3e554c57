using System.Text.RegularExpressions;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The filter <c>wordwrap</c>: each line of the text is wrapped as Python's <c>textwrap</c> does. Widths count code points.</summary>
internal static partial class WordWrap
{
    // Each hyphen of a dash looks ahead to its end.
    private static readonly string LongDash = new('-', 500);

    public static Value Apply(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "s", "width", "break_long_words", "wrapstring", "break_on_hyphens");
        var text = TextMethods.Text(bound[0]!, "wordwrap");
        var width = bound[1] is { } given ? Numbers.Argument(given, "wordwrap") : 79;
        var lines = TextSplitting.Lines(state, text, keepEnds: false).Items;
        if (width <= 0 && lines.Length > 0) throw EvaluationException.Runtime($"invalid width {width} (must be > 0)");
        var glue = bound[3] is null or NoneValue ? TextValue.Of("\n", state.Run) : TextMethods.Text(bound[3]!, "wordwrap");
        var output = new TextBuilder();
        var first = true;
        foreach (var line in lines)
        {
            if (((TextValue)line).Text.Contains(LongDash, StringComparison.Ordinal)) throw EvaluationException.Budget($"wordwrap: a dash of more than {LongDash.Length} hyphens");
            const int CostOfCharacter = 16;
            state.Charge((long)((TextValue)line).Text.Length * CostOfCharacter);
            var wrapped = Wrap(((TextValue)line).Text, width, bound[2]?.IsTrue ?? true, bound[4] ?? BooleanValue.True);
            state.Charge(wrapped.Count);
            foreach (var (start, end) in wrapped.Count == 0 ? [(0, 0)] : wrapped)
            {
                if (!first) output.Append(glue);
                first = false;
                state.Charge(end - start + glue.Text.Length);
                var piece = ((TextValue)line).Slice(start, end);
                output.Append(glue.IsMarkup ? Escaping.Escape(piece) : piece);
            }
        }

        return output.ToValue(glue.IsMarkup);
    }

    private static List<(int Start, int End)> Wrap(string text, int width, bool breakLong, Value hyphens)
    {
        // Only True itself splits words at hyphens; whatever is true cuts a word too long behind one.
        var onHyphens = hyphens.IsTrue;
        var chunks = new Stack<(int Start, int End)>(Chunks(text, onHyphens: hyphens is BooleanValue { IsTrue: true }).Reverse());
        var lines = new List<(int Start, int End)>();
        while (chunks.Count > 0)
        {
            if (lines.Count > 0 && IsSpace(text, chunks.Peek())) chunks.Pop();
            if (chunks.Count == 0) break;
            var (start, end, length) = (chunks.Peek().Start, chunks.Peek().Start, 0);
            var last = (Start: start, End: start);
            while (chunks.Count > 0 && length + Length(text, chunks.Peek(), width) is var longer && longer <= width) (last, length, end) = (chunks.Peek(), longer, chunks.Pop().End);
            if (chunks.Count > 0 && Length(text, chunks.Peek(), width) > width && (breakLong || end == start))
            {
                last = chunks.Pop();
                end = breakLong ? Break(text, last, width - length, onHyphens) : last.End;
                if (end < last.End) chunks.Push((end, last.End));
                last = (last.Start, end);
            }

            if (last.End > last.Start && IsSpace(text, last)) end = last.Start;
            if (end > start) lines.Add((start, end));
        }

        return lines;
    }

    /// <summary>Where a word too long is cut: after the last hyphen that fits, else where the room ends.</summary>
    private static int Break(string text, (int Start, int End) word, int room, bool onHyphens)
    {
        var end = word.Start;
        for (; room > 0 && end < word.End; room--) end += char.IsSurrogatePair(text, end) ? 2 : 1;
        if (!onHyphens || end == word.End) return end;
        var fitting = text.AsSpan(word.Start, end - word.Start);
        var hyphen = fitting.LastIndexOf('-');
        return hyphen > 0 && fitting[..hyphen].IndexOfAnyExcept('-') >= 0 ? word.Start + hyphen + 1 : end;
    }

    /// <summary>Code points, or some number above the limit.</summary>
    private static int Length(string text, (int Start, int End) chunk, int limit)
    {
        var length = 0;
        for (var i = chunk.Start; i < chunk.End && length <= limit; i += i + 1 < chunk.End && char.IsSurrogatePair(text, i) ? 2 : 1) length++;
        return length;
    }

    private static bool IsSpace(string text, (int Start, int End) chunk)
    {
        foreach (var c in text.AsSpan(chunk.Start, chunk.End - chunk.Start))
            if (!PythonText.IsSpace(c)) return false;
        return true;
    }

    private static IEnumerable<(int Start, int End)> Chunks(string text, bool onHyphens)
    {
        var start = 0;
        foreach (Match match in (onHyphens ? Separators : Spaces).Matches(text))
        {
            if (match.Index > start) yield return (start, match.Index);
            if (match.Length > 0) yield return (match.Index, match.Index + match.Length);
            start = match.Index + match.Length;
        }

        if (start < text.Length) yield return (start, text.Length);
    }

    // textwrap.TextWrapper.wordsep_re: white space; a dash between words; a word up to its hyphen, its end, or a dash.
    [GeneratedRegex(
        """[\t\n\v\f\r ]+|(?<=[\w!"'&.,?])-{2,}(?=\w)|[^\t\n\v\f\r ]+?(?:-(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[\w!"'&.,?]-))(?=[^\d\W]-?[^\d\W])|(?=[\t\n\v\f\r ]|\z)|(?<=[\w!"'&.,?])(?=-{2,}\w))""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Separators { get; }

    [GeneratedRegex(@"[\t\n\v\f\r ]+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces { get; }
}
