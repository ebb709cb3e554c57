using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>ChatML and Llama 3 written by hand against the contract of <see cref="RenderedSpan"/>: a second path beside the template engine.</summary>
internal static class HandRenderer
{
    public static RenderedConversation ChatMl(RenderRequest request)
    {
        var text = new Writer();
        for (var i = 0; i < request.Messages.Count; i++)
        {
            text.Literal("<|im_start|>", i);
            text.Data(Field(request, i, "role"), i, "role", 0);
            text.Literal("\n", i);
            text.Data(Field(request, i, "content"), i, "content", 0);
            text.Literal("<|im_end|>\n", i);
        }

        if (request.AddGenerationPrompt) text.Literal("<|im_start|>assistant\n", -1, true);
        return text.Done();
    }

    public static RenderedConversation Llama3(RenderRequest request)
    {
        var text = new Writer();
        for (var i = 0; i < request.Messages.Count; i++)
        {
            if (i == 0) text.Builtin("<|begin_of_text|>", i);
            text.Literal("<|start_header_id|>", i);
            text.Data(Field(request, i, "role"), i, "role", 0);
            text.Literal("<|end_header_id|>\n\n", i);
            var content = Field(request, i, "content");
            text.Data(content.Trim(), i, "content", content.Length - content.TrimStart().Length);
            text.Literal("<|eot_id|>", i);
        }

        if (request.AddGenerationPrompt) text.Literal("<|start_header_id|>assistant<|end_header_id|>\n\n", -1, true);
        return text.Done();
    }

    private static string Field(RenderRequest request, int message, string key) => request.Messages[message].Find(key) switch
    {
        { Kind: RowValueKind.String } value => value.Text,
        _ => throw new TemplateException(TemplateFault.Runtime, 1, $"{key} of message {message} is no string"),
    };

    private sealed class Writer
    {
        private readonly List<RenderedSpan> _spans = [];
        private readonly System.Text.StringBuilder _text = new();

        public void Literal(string text, int owner, bool generation = false) => Add(text, new Origin(OriginKind.Literal, -1, "", 1, 1), 0, owner, generation);

        public void Builtin(string text, int owner) => Add(text, new Origin(OriginKind.Builtin, -1, "bos_token", 0, -1), 0, owner, false);

        public void Data(string text, int message, string path, int source) => Add(text, new Origin(OriginKind.Data, message, path, 0, -1), source, message, false);

        public RenderedConversation Done() => new(_text.ToString(), _spans, []);

        private void Add(string text, Origin origin, int source, int owner, bool generation)
        {
            if (text.Length == 0) return;
            _spans.Add(new(_text.Length, _text.Length + text.Length, origin, source, source + text.Length, true, owner, generation));
            _text.Append(text);
        }
    }
}
