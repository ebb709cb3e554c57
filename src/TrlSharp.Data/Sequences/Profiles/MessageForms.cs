using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Profiles;

/// <summary>Brings messages into the form that a template takes: content as text or parts, reasoning under the name it reads, arguments as object or text.</summary>
internal sealed class MessageForms(TemplateProfile profile)
{
    /// <exception cref="MaskException">A part is no text, and the template takes texts only.</exception>
    public MessageForm Adapt(Conversation conversation, Message message, List<Finding> findings)
    {
        var body = message.Body;
        if (body.Find("content") is { Kind: RowValueKind.String } && profile.TakesStrings && !Message.HasReasoning(body) && body.Find("tool_calls") is null) return new MessageForm(body, []);
        var moves = new List<(string From, string To, int Shift)>();
        body = AdaptContent(conversation, message, body, moves, findings);
        body = AdaptReasoning(message, body, moves, findings);
        if (body.Find("tool_calls") is { Kind: RowValueKind.List } calls)
        {
            body = AdaptArguments(message, body, calls, findings);
            if (body.Find("content") is null or { IsNull: true } && profile.ContentBesideCalls is { } empty) body = body.With("content", empty);
        }

        return new MessageForm(body, moves);
    }

    private RowValue AdaptContent(Conversation conversation, Message message, RowValue body, List<(string From, string To, int Shift)> moves, List<Finding> findings)
    {
        switch (body.Find("content"))
        {
            case { Kind: RowValueKind.List } parts when !profile.TakesParts: return Join(conversation, message, body, parts.Items, moves, findings);
            case { Kind: RowValueKind.String } text when !profile.TakesStrings && profile.TakesParts:
                findings.Add(new(MaskFault.ContentNormalised, message.Index, $"{message}: the template takes lists of parts only; the text was wrapped in one."));
                moves.Add(("content", "content[0].text", 0));
                return body.With("content", RowValue.List(RowValue.MapOf(("type", RowValue.Of("text")), ("text", text))));
            default: return body;
        }
    }

    private static RowValue Join(
        Conversation conversation, Message message, RowValue body, IReadOnlyList<RowValue> parts, List<(string From, string To, int Shift)> moves, List<Finding> findings)
    {
        var text = "";
        var reasoning = "";
        for (var i = 0; i < parts.Count; i++)
        {
            if (MessageBody.PartReasoning(parts[i]) is { } thought)
            {
                moves.Add((string.Create(CultureInfo.InvariantCulture, $"content[{i}].thinking"), "reasoning_content", reasoning.Length));
                reasoning += thought;
            }
            else if (MessageBody.PartText(parts[i]) is { } piece)
            {
                moves.Add((string.Create(CultureInfo.InvariantCulture, $"content[{i}].text"), "content", text.Length));
                text += piece;
            }
            else
            {
                var type = parts[i].Find("type") is { Kind: RowValueKind.String } t ? t.Text : parts[i].Kind.ToString();
                throw new MaskException(MaskFault.NoImageSupport, conversation.Origin,
                    $"{message}: content[{i}] is a part of type \"{type}\", but the template takes text only. Remove such rows, or use the template of a model that takes this.");
            }
        }

        findings.Add(new(MaskFault.ContentNormalised, message.Index, $"{message}: the template takes texts only; {parts.Count} part{(parts.Count == 1 ? " was" : "s were")} joined."));
        body = body.With("content", RowValue.Of(text));
        return reasoning.Length > 0 && body.Find("reasoning_content") is null ? body.With("reasoning_content", RowValue.Of(reasoning)) : body;
    }

    /// <summary>Reasoning goes to the template once, under a name that it reads; the reader of rows may have given copies under other names.</summary>
    private RowValue AdaptReasoning(Message message, RowValue body, List<(string From, string To, int Shift)> moves, List<Finding> findings)
    {
        var given = Message.ReasoningKeys.Where(k => body.Find(k) is { Kind: RowValueKind.String }).ToArray();
        if (given.Length == 0 || profile.ReasoningKeys.Count == 0) return body;
        var read = profile.ReasoningKeys.FirstOrDefault(given.Contains) ?? profile.ReasoningKeys[0];
        if (given is [var only] && only == read) return body;
        if (!given.Contains(read)) findings.Add(new(MaskFault.FieldRenamed, message.Index, $"{message}: {given[0]} went to the template as {read}, the name it reads."));
        var source = given.Contains(read) ? read : given[0];
        for (var i = 0; i < moves.Count; i++)
            if (given.Contains(moves[i].To)) moves[i] = moves[i] with { To = read };
        foreach (var key in given) moves.Add((key, read, 0));
        return RowValue.Map([.. body.Fields.Where(f => f.Key == source || !given.Contains(f.Key)).Select(f => f.Key == source ? KeyValuePair.Create(read, f.Value) : f)]);
    }

    private RowValue AdaptArguments(Message message, RowValue body, RowValue calls, List<Finding> findings)
    {
        var changed = false;
        var items = calls.Items.Select(call =>
        {
            var holder = call.Find("function") is { Kind: RowValueKind.Map } function ? function : call;
            if (holder.Kind != RowValueKind.Map || holder.Find("arguments") is not { } arguments || Convert(arguments) is not { } converted) return call;
            changed = true;
            holder = holder.With("arguments", converted);
            return call.Find("function") is { Kind: RowValueKind.Map } ? call.With("function", holder) : holder;
        }).ToArray();
        if (!changed) return body;
        findings.Add(new(MaskFault.ArgumentsNormalised, message.Index,
            $"{message}: the arguments of tool calls went to the template as {(profile.TakesArgumentObjects ? "objects" : "JSON text")}, the form it takes."));
        return body.With("tool_calls", RowValue.List(items));
    }

    /// <summary>Null when the arguments can stay as they are.</summary>
    private RowValue? Convert(RowValue arguments)
    {
        if (arguments.Kind == RowValueKind.String && !profile.TakesArgumentStrings && profile.TakesArgumentObjects)
        {
            try
            {
                return RowValue.Parse(arguments.Text);
            }
            catch (DataException)
            {
                return null;
            }
        }

        return arguments.Kind == RowValueKind.Map && !profile.TakesArgumentObjects && profile.TakesArgumentStrings ? RowValue.Of(PythonJson.Write(arguments)) : null;
    }
}
