using System.Collections.Frozen;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>From the messages of a row to a checked <see cref="Conversation"/>: roles, shapes, flags and keys; nothing is repaired in silence.</summary>
/// <param name="extraRoles">Roles that the policy names beside the known ones.</param>
/// <param name="severities">What a fault does.</param>
internal sealed class ConversationReader(IReadOnlyCollection<string> extraRoles, SeverityTable severities)
{
    /// <summary>Keys with a meaning; only others can be misspelt flags.</summary>
    private static readonly string[] StructuralKeys =
        ["role", "content", "name", "tool_calls", "tool_call_id", "function_call", "reasoning_content", "reasoning", "thinking", "tool_responses"];

    private static readonly FrozenSet<string> Structural = StructuralKeys.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="MaskException">The row does not hold a usable conversation.</exception>
    public Conversation Read(ConversationExample example)
    {
        if (example.Messages.Count == 0)
            throw new MaskException(MaskFault.EmptyConversation, example.Origin, "the row has no messages; remove it, or give it at least one.");
        var findings = new List<Finding>();
        var messages = new Message[example.Messages.Count];
        for (var i = 0; i < messages.Length; i++) messages[i] = ReadMessage(new MessageContext(example.Origin, i, findings, severities), example.Messages[i]);
        for (var i = 1; i < messages.Length; i++)
            if (messages[i].Role == messages[i - 1].Role && messages[i].Role is Roles.User or Roles.Assistant)
                findings.Add(new(MaskFault.ConsecutiveRole, i, $"messages {i - 1} and {i} are both from the {messages[i].Role}."));
        return new Conversation(example.Origin, messages)
        {
            PromptMessages = example.PromptMessages,
            Tools = ToolDefinitions.Wrapped(NonEmpty(example.Tools), findings),
            Documents = NonEmpty(example.Documents),
            TemplateKwargs = NonEmpty(example.TemplateKwargs),
            Metadata = example.Metadata,
            Findings = findings,
        };
    }

    private static RowValue? NonEmpty(RowValue? value) => value is null or { IsNull: true } ? null : value;

    private Message ReadMessage(MessageContext context, RowValue value)
    {
        if (value.Kind != RowValueKind.Map) throw context.Fault(MaskFault.MessageShape, $"it is a {Word(value)}, not an object with role and content.");
        var role = ReadRole(context, value);
        context.Role = role;
        CheckKeys(context, value);
        CheckBody(context, value);
        var flags = new FlagReader(context, value).Read();
        return new Message(context.Index, role, MessageBody.ForTemplate(value), flags);
    }

    private string ReadRole(MessageContext context, RowValue value)
    {
        if (!value.TryFind("role", out var role))
            throw context.Fault(MaskFault.MessageShape, $"it has no \"role\"; its keys are {string.Join(", ", value.Fields.Select(f => f.Key))}.");
        if (role.Kind != RowValueKind.String) throw context.Fault(MaskFault.MessageShape, $"its role is a {Word(role)}, not a string.");
        if (Roles.Known.Contains(role.Text) || extraRoles.Contains(role.Text)) return role.Text;
        var nearest = NearestName.Find(role.Text, Roles.Known);
        var guess = nearest is null ? "" : $" Did you mean \"{nearest}\"?";
        context.Report(MaskFault.UnknownRole, $"the role \"{role.Text}\" is unknown.{guess} Known are {string.Join(", ", Roles.Known)}; name others in train.roles or map them when reading the data.");
        return role.Text;
    }

    private static void CheckKeys(MessageContext context, RowValue value)
    {
        foreach (var (key, _) in value.Fields)
        {
            if (Structural.Contains(key) || FlagReader.IsFlag(key)) continue;
            var meant = Nearest(key, FlagReader.Keys) ?? Nearest(key, StructuralKeys.Where(k => value.Find(k) is null));
            if (meant is not null)
                context.Report(MaskFault.NearMissKey, $"the key \"{key}\" is unknown and almost \"{meant}\"; rename it to what is meant.");
        }
    }

    /// <summary>Two edits for names of six letters or more, one for shorter ones, where two would match unrelated words.</summary>
    private static string? Nearest(string key, IEnumerable<string> known)
    {
        foreach (var name in known)
            if (key.Length > 2 && Math.Abs(key.Length - name.Length) <= 2 && NearestName.Distance(key.ToLowerInvariant(), name) <= (name.Length < 6 ? 1 : 2)) return name;
        return null;
    }

    private static void CheckBody(MessageContext context, RowValue value)
    {
        var content = value.Find("content");
        var hasOther = Present(value, "tool_calls") || Present(value, "function_call") || Message.ReasoningKeys.Any(k => Present(value, k));
        if (content is null or { IsNull: true })
        {
            if (!hasOther) throw context.Fault(MaskFault.MessageShape, "it has no content; give it a text, or remove the message.");
        }
        else if (content.Kind is not (RowValueKind.String or RowValueKind.List))
        {
            throw context.Fault(MaskFault.MessageShape, $"its content is a {Word(content)}, not a text or a list of parts.");
        }

        if (HoldsLoneSurrogate(value)) CheckUnicode(context, "", value);
    }

    private static bool HoldsLoneSurrogate(RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.String: return LoneSurrogate(value.Text) >= 0;
            case RowValueKind.List:
                for (var i = 0; i < value.Items.Count; i++)
                    if (HoldsLoneSurrogate(value.Items[i])) return true;
                return false;
            case RowValueKind.Map:
                for (var i = 0; i < value.Fields.Count; i++)
                    if (HoldsLoneSurrogate(value.Fields[i].Value)) return true;
                return false;
            default: return false;
        }
    }

    private static bool Present(RowValue value, string key) => value.Find(key) is { IsNull: false };

    private static void CheckUnicode(MessageContext context, string path, RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.String when LoneSurrogate(value.Text) is >= 0 and var at:
                throw context.Fault(MaskFault.InvalidUnicode, $"messages[{context.Index}]{path}[{at}] is a lone surrogate (U+{(int)value.Text[at]:X4}); the text was cut inside a character.");
            case RowValueKind.List:
                for (var i = 0; i < value.Items.Count; i++) CheckUnicode(context, $"{path}[{i}]", value.Items[i]);
                break;
            case RowValueKind.Map:
                foreach (var (key, field) in value.Fields) CheckUnicode(context, $"{path}.{key}", field);
                break;
        }
    }

    private static int LoneSurrogate(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return i;
            i++;
        }

        return -1;
    }

    private static string Word(RowValue value) => value.Kind.ToString().ToLowerInvariant();
}
