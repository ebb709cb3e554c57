using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Profiles;

/// <summary>Finds the form in which a template takes tool calls.</summary>
internal sealed class CallProbe(Func<RenderRequest, RenderedConversation?> render, Func<string, RowValue> content)
{
    /// <summary>A value inside the arguments, looked for in the text.</summary>
    public const string Value = "Ak3v";

    private const string Result = "Tq8m";

    /// <summary>Arguments count as taken when they appear once and unescaped.</summary>
    public (bool Taken, RowValue? Content, string ThenResult) Probe(RowValue arguments)
    {
        foreach (var nested in (bool[])[true, false])
        {
            foreach (var empty in (RowValue[])[RowValue.Null, RowValue.Of("")])
            {
                IReadOnlyList<RowValue> called =
                    [TemplateProbe.User(content("Uq7w")), TemplateProbe.Assistant(("content", empty), ("tool_calls", RowValue.List(Call(arguments, nested))))];
                if (render(new RenderRequest { Messages = called, Tools = Tools })?.Text is not { } text || !Holds(text)) continue;
                var result = TemplateProbe.Message("tool", ("content", content(Result)), ("tool_call_id", RowValue.Of("abcdefghi")), ("name", RowValue.Of("fq9")));
                return (true, empty, Then(render(new RenderRequest { Messages = [.. called, result], Tools = Tools })?.Text));
            }
        }

        return (false, null, "");
    }

    private static RowValue Tools { get; } = RowValue.Parse(
        """[{"type":"function","function":{"name":"fq9","description":"d","parameters":{"type":"object","properties":{"qk":{"type":"string","description":"d"}},"required":["qk"]}}}]""");

    private static RowValue Call(RowValue arguments, bool nested)
    {
        var function = RowValue.MapOf(("name", RowValue.Of("fq9")), ("arguments", arguments));
        return nested ? RowValue.MapOf(("type", RowValue.Of("function")), ("id", RowValue.Of("abcdefghi")), ("function", function)) : function.With("id", RowValue.Of("abcdefghi"));
    }

    private static bool Holds(string text)
    {
        var at = text.IndexOf(Value, StringComparison.Ordinal);
        return at >= 0 && text.IndexOf(Value, at + 1, StringComparison.Ordinal) < 0
            && !text.AsSpan(Math.Max(0, at - 6), Math.Min(6, at)).Contains("\\\"", StringComparison.Ordinal) && !text.Contains("None", StringComparison.Ordinal);
    }

    private static string Then(string? text)
    {
        if (text is null) return "";
        var from = text.IndexOf(Value, StringComparison.Ordinal);
        var to = text.IndexOf(Result, StringComparison.Ordinal);
        return from >= 0 && to > from ? text[(from + Value.Length)..to] : "";
    }
}
