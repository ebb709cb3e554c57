using TrlSharp.Rows;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Profiles;

/// <summary>Finds the <see cref="TemplateProfile"/> of a template. Renders that the template refuses only mean that it does not take that form.</summary>
/// <param name="render">The template.</param>
/// <param name="source">Its text, searched for the names of variables about thinking.</param>
internal sealed class TemplateProbe(Func<RenderRequest, RenderedConversation> render, string source)
{
    private const string Question = "Uq7w";
    private const string Answer = "Ak3v";
    private const string Reason = "Rz5x";
    private static readonly DateTime FixedDate = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified);

    public TemplateProfile Profile()
    {
        var strings = Render([User(Text(Question)), Assistant(("content", Text(Answer)))]);
        var parts = Render([User(Parts(Question)), Assistant(("content", Parts(Answer)))]);
        var takesStrings = strings is not null && Holds(strings, 1, "content", Answer);
        var takesParts = parts is not null && Holds(parts, 1, "content[0]", Answer);
        Func<string, RowValue> content = takesStrings || !takesParts ? Text : Parts;
        var reasoning = Conversations.Message.ReasoningKeys
            .Select(key => (Key: key, Text: Render([User(content(Question)), Assistant(("content", content(Answer)), (key, Text(Reason)))])))
            .Where(r => r.Text is not null && Holds(r.Text, 1, r.Key, Reason)).ToArray();
        var calls = new CallProbe(Render, content);
        var (objects, texts) = (calls.Probe(RowValue.MapOf(("qk", Text(CallProbe.Value)))), calls.Probe(Text($"{{\"qk\": \"{CallProbe.Value}\"}}")));
        var plain = takesStrings ? strings : parts;
        var followed = Render([User(content(Question)), Assistant(("content", content(Answer))), User(content(Question))]);
        return new TemplateProfile
        {
            TakesStrings = takesStrings,
            TakesParts = takesParts,
            ReasoningKeys = [.. reasoning.Select(r => r.Key)],
            Markers = new ThinkingMarkers(reasoning.Length > 0 ? Around(reasoning[0].Text!) : null),
            TakesArgumentObjects = objects.Taken,
            TakesArgumentStrings = texts.Taken,
            ContentBesideCalls = objects.Taken ? objects.Content : texts.Content,
            BetweenCallAndResult = objects.Taken ? objects.ThenResult : texts.ThenResult,
            AfterLastAnswer = plain is null ? "" : After(plain, Answer),
            BetweenAnswerAndUser = followed is null ? "" : Between(followed),
            GenerationPrompt = GenerationPrompt(content),
            Modes = new ModeProbe(Render, source).Modes(content),
            DefaultSystemPrompt = plain is null ? "" : DefaultSystem(plain),
            WritesDate = plain?.Spans.Any(s => s.Origin is { Kind: OriginKind.Builtin, Path: "strftime_now" or "date_string" }) == true,
            TakesSystem = plain is null ? null : Render([Message("system", ("content", content(Reason))), User(content(Question)), Assistant(("content", content(Answer)))]) is { } s && s.Text.Contains(Reason, StringComparison.Ordinal),
        };
    }

    internal static RowValue Text(string text) => RowValue.Of(text);

    internal static RowValue Parts(string text) => RowValue.List(RowValue.MapOf(("type", Text("text")), ("text", Text(text))));

    internal static RowValue User(RowValue content) => Message("user", ("content", content));

    internal static RowValue Assistant(params (string Key, RowValue Value)[] fields) => Message("assistant", fields);

    internal static RowValue Message(string role, params (string Key, RowValue Value)[] fields) => RowValue.MapOf([("role", Text(role)), .. fields]);

    private RenderedConversation? Render(IReadOnlyList<RowValue> messages) => Render(new RenderRequest { Messages = messages });

    private RenderedConversation? Render(RenderRequest request)
    {
        try
        {
            return render(request with { Now = request.Now ?? FixedDate });
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private static bool Holds(RenderedConversation text, int message, string path, string value) => text.Spans.Any(s =>
        s.Origin.Kind == OriginKind.Data && s.Origin.Message == message && s.Origin.Path.StartsWith(path, StringComparison.Ordinal)
        && text.Text.AsSpan(s.Start, s.Length).SequenceEqual(value));

    private static (string Open, string Close)? Around(RenderedConversation text)
    {
        var at = text.Text.IndexOf(Reason, StringComparison.Ordinal);
        var span = text.Spans.First(s => s.End > at);
        if (at < 0 || !text.Text.AsSpan(span.Start, span.Length).SequenceEqual(Reason)) return null;
        var before = text.Text.AsSpan(0, at).TrimEnd();
        var after = text.Text.AsSpan(at + Reason.Length);
        var answer = after.IndexOf(Answer, StringComparison.Ordinal);
        if (answer < 0) return null;
        after = FirstTag(after[..answer].Trim());
        var open = before[(before.LastIndexOfAny('\n', ' ') + 1)..];
        return open.Length is > 2 and < 60 && after.Length is > 2 and < 60 ? (open.ToString(), after.ToString()) : null;
    }

    /// <summary><c>&lt;|end|></c> of <c>&lt;|end|>&lt;|start|>assistant…</c>: what closes the reasoning, without the header of what follows.</summary>
    private static ReadOnlySpan<char> FirstTag(ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || text[0] is not ('<' or '[')) return text;
        var end = text.IndexOf(text[0] == '<' ? '>' : ']');
        return end < 0 ? text : text[..(end + 1)];
    }

    private static string After(RenderedConversation text, string value)
    {
        var at = text.Text.LastIndexOf(value, StringComparison.Ordinal);
        return at < 0 ? "" : text.Text[(at + value.Length)..];
    }

    private static string Between(RenderedConversation text)
    {
        var after = After(text, Answer);
        var end = after.IndexOf(Question, StringComparison.Ordinal);
        return end < 0 ? "" : after[..end];
    }

    private string GenerationPrompt(Func<string, RowValue> content)
    {
        IReadOnlyList<RowValue> question = [User(content(Question))];
        var open = Render(new RenderRequest { Messages = question, AddGenerationPrompt = true })?.Text;
        var closed = Render(new RenderRequest { Messages = question })?.Text;
        return open is not null && closed is not null && open.Length > closed.Length && open.StartsWith(closed, StringComparison.Ordinal) ? open[closed.Length..] : "";
    }

    /// <summary>Words of the template before the first message, beyond control tokens and role names.</summary>
    private static string DefaultSystem(RenderedConversation text)
    {
        var at = text.Text.IndexOf(Question, StringComparison.Ordinal);
        var head = at < 0 ? "" : text.Text[..at];
        return head.Count(c => c == ' ') >= 3 ? head : "";
    }
}
