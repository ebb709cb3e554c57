using System.Numerics;
using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>An example as a row again, in the common shape: what <see cref="ExampleReader"/> reads back as the same example.</summary>
public static class ExampleJson
{
    /// <summary>The row, with the metadata behind.</summary>
    public static RowValue Write(Example example) => example switch
    {
        TextExample text => With([("text", RowValue.Of(text.Text))], text.Metadata),
        PromptCompletionExample pair => With([("prompt", RowValue.Of(pair.Prompt)), ("completion", RowValue.Of(pair.Completion))], pair.Metadata),
        ConversationExample chat => With([.. Messages(chat), .. Extras(chat.Tools, chat.Documents, chat.TemplateKwargs)], chat.Metadata),
        PreferenceExample pair => With([("prompt", pair.Prompt), ("chosen", pair.Chosen), ("rejected", pair.Rejected), .. Extras(pair.Tools, null, pair.TemplateKwargs)], pair.Metadata),
        UnpairedExample answer => With([("prompt", answer.Prompt), ("completion", answer.Completion), ("label", RowValue.Of(answer.Desirable)), .. Extras(answer.Tools, null, answer.TemplateKwargs)], answer.Metadata),
        PromptExample prompt => With([("prompt", prompt.Prompt), .. Extras(prompt.Tools, null, prompt.TemplateKwargs)], prompt.Metadata),
        SegmentsExample parts => With([("segments", RowValue.List([.. parts.Segments.Select(s => RowValue.MapOf(("label", RowValue.Of(s.Trained)), ("text", RowValue.Of(s.Text))))]))], parts.Metadata),
        TokenizedExample tokens => Tokens(tokens),
        _ => throw new ArgumentException($"A {example?.GetType().Name} is no row.", nameof(example)),
    };

    private static IEnumerable<(string Key, RowValue Value)> Messages(ConversationExample chat) => chat.PromptMessages is { } prompt
        ? [("prompt", RowValue.List([.. chat.Messages.Take(prompt)])), ("completion", RowValue.List([.. chat.Messages.Skip(prompt)]))]
        : [("messages", RowValue.List(chat.Messages))];

    private static IEnumerable<(string Key, RowValue Value)> Extras(RowValue? tools, RowValue? documents, RowValue? kwargs)
    {
        if (tools is not null) yield return ("tools", tools);
        if (documents is not null) yield return ("documents", documents);
        if (kwargs is not null) yield return ("chat_template_kwargs", kwargs);
    }

    private static RowValue Tokens(TokenizedExample tokens)
    {
        var ids = RowValue.List([.. tokens.Tokens.Select(t => RowValue.Of((BigInteger)t))]);
        return tokens.Weights is not { } weights ? RowValue.MapOf(("input_ids", ids)) : RowValue.MapOf(("input_ids", ids), ("weights", RowValue.List([.. weights.Select(w => RowValue.Of((double)w))])));
    }

    /// <summary>Metadata that would be read as something else stay out of the way: they go below <c>metadata</c>.</summary>
    private static RowValue With(IReadOnlyList<(string Key, RowValue Value)> fields, RowValue? metadata)
    {
        if (metadata is null) return RowValue.MapOf(fields);
        var free = metadata.Fields.All(f => !StandardColumns.All.Contains(f.Key) && !StandardColumns.Media.Contains(f.Key) && fields.All(own => own.Key != f.Key));
        return RowValue.MapOf(free ? [.. fields, .. metadata.Fields.Select(f => (f.Key, f.Value))] : [.. fields, ("metadata", metadata)]);
    }
}
