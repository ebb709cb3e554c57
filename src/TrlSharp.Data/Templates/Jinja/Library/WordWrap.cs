using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The filter <c>wordwrap</c>: each line of the text is broken at white space and hyphens.</summary>
internal static class WordWrap
{
    public static Value Apply(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "s", "width", "break_long_words", "wrapstring", "break_on_hyphens");
        var text = TextFilters.Text(state, bound[0]!);
        var width = bound[1] is { } given ? Numbers.Argument(given, "wordwrap") : 79;
        if (width <= 0) throw EvaluationException.Runtime($"invalid width {width} (must be > 0)");
        var glue = bound[3] is null or NoneValue ? TextValue.Of("\n", state.Run) : TextMethods.Text(bound[3]!, "wordwrap");
        var output = new TextBuilder();
        var first = true;
        foreach (var line in TextSplitting.Lines(state, text, keepEnds: false).Items)
        {
            var wrapped = Wrap((TextValue)line, width, bound[2]?.IsTrue ?? true, bound[4]?.IsTrue ?? true);
            foreach (var (start, end) in wrapped.Count == 0 ? [(0, 0)] : wrapped)
            {
                if (!first) output.Append(glue);
                first = false;
                state.Charge(end - start + glue.Text.Length);
                output.Append((TextValue)line, start, end);
            }
        }

        return output.ToValue(text.IsMarkup);
    }

    private static List<(int Start, int End)> Wrap(TextValue line, int width, bool breakLong, bool onHyphens)
    {
        var chunks = new Queue<(int Start, int End)>(Chunks(line.Text, onHyphens));
        var lines = new List<(int Start, int End)>();
        while (chunks.Count > 0)
        {
            if (lines.Count > 0 && IsSpace(line.Text, chunks.Peek())) chunks.Dequeue();
            if (chunks.Count == 0) break;
            var (start, end) = (chunks.Peek().Start, chunks.Peek().Start);
            while (chunks.Count > 0 && chunks.Peek().End - start <= width) end = chunks.Dequeue().End;
            if (end == start)
            {
                var (from, to) = chunks.Dequeue();
                end = breakLong ? from + width : to;
                if (end < to) chunks = new(chunks.Prepend((end, to)));
            }

            var trimmed = end;
            while (trimmed > start && PythonText.IsSpace(line.Text[trimmed - 1])) trimmed--;
            if (trimmed > start) lines.Add((start, trimmed));
        }

        return lines;
    }

    private static bool IsSpace(string text, (int Start, int End) chunk) => text.AsSpan(chunk.Start, chunk.End - chunk.Start).ToString().All(PythonText.IsSpace);

    private static IEnumerable<(int Start, int End)> Chunks(string text, bool onHyphens)
    {
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            var boundary = i == text.Length || PythonText.IsSpace(text[i]) != PythonText.IsSpace(text[i - 1])
                || (onHyphens && text[i - 1] == '-' && i >= 2 && char.IsLetter(text[i - 2]) && char.IsLetter(text[i]));
            if (!boundary) continue;
            yield return (start, i);
            start = i;
        }
    }
}
