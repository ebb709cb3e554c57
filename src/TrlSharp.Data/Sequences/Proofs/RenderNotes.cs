using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>What a template did with a conversation that harms no mask and is worth knowing: fields it left out, text and dates of its own, trimmed white space.</summary>
/// <param name="conversation">The messages.</param>
/// <param name="forms">As the template sees them.</param>
/// <param name="profile">Of the template.</param>
/// <param name="weights">Of the messages.</param>
internal sealed class RenderNotes(Conversation conversation, IReadOnlyList<MessageForm> forms, TemplateProfile profile, IReadOnlyList<MessageWeights> weights)
{
    /// <summary>Fields that templates read to decide, or leave out of history on purpose.</summary>
    private static readonly string[] Silent = ["role", "tool_call_id", "id", "type", .. Message.ReasoningKeys];

    /// <param name="text">The longest example.</param>
    /// <param name="findings">Receives what is worth telling.</param>
    public void Describe(RenderIndex text, List<Finding> findings)
    {
        if (profile.DefaultSystemPrompt.Length > 0 && !conversation.Messages.Any(m => Roles.IsInstruction(m.Role)))
            findings.Add(new(MaskFault.DefaultSystemPrompt, -1, $"the row has no system message, so the template writes its own: {TextDifference.Quote(profile.DefaultSystemPrompt.AsSpan(0, Math.Min(60, profile.DefaultSystemPrompt.Length)))}."));
        if (profile.WritesDate) findings.Add(new(MaskFault.DateInjected, -1, "the template writes the date that it was told."));
        var written = Written(text, findings);
        for (var m = 0; m < text.Messages; m++)
        {
            var fields = forms[m].Body.Fields;
            for (var f = 0; f < fields.Count; f++)
                if ((written[m] & (1UL << Math.Min(f, 63))) == 0 && !IsEmpty(fields[f].Value) && !Silent.Contains(fields[f].Key) && !IsTrained(weights[m], fields[f].Key))
                    findings.Add(new(MaskFault.UntrainedFieldDropped, conversation.Messages[m].Index, $"{conversation.Messages[m]}: the template does not write its {fields[f].Key}."));
        }
    }

    /// <summary>One bit per field of each message that stands in the text.</summary>
    private ulong[] Written(RenderIndex text, List<Finding> findings)
    {
        var written = new ulong[text.Messages];
        foreach (ref readonly var span in text.Runs)
        {
            if (span.Origin.Kind != OriginKind.Data || span.Origin.Message < 0 || span.Origin.Message >= written.Length) continue;
            var fields = forms[span.Origin.Message].Body.Fields;
            var path = span.Origin.Path;
            for (var f = 0; f < fields.Count; f++)
                if (path.StartsWith(fields[f].Key, StringComparison.Ordinal) && (path.Length == fields[f].Key.Length || path[fields[f].Key.Length] is '.' or '[')) written[span.Origin.Message] |= 1UL << Math.Min(f, 63);
            if (span.Exact && path == "content" && weights[span.Origin.Message].Trained && IsTrimmed(forms[span.Origin.Message].Content, span))
                findings.Add(new(MaskFault.Trimmed, conversation.Messages[span.Origin.Message].Index, $"{conversation.Messages[span.Origin.Message]}: the template trims white space around its content."));
        }

        return written;
    }

    private static bool IsTrimmed(string content, in RenderedSpan span) =>
        (span.SourceStart > 0 && content.AsSpan(0, span.SourceStart).IsWhiteSpace()) || (span.SourceEnd < content.Length && content.AsSpan(span.SourceEnd).IsWhiteSpace());

    /// <summary>Coverage has decided on trained fields already.</summary>
    private static bool IsTrained(MessageWeights own, string key) => own.Trained && key switch
    {
        "content" => own.TrainsContent,
        "tool_calls" => own.TrainsTools,
        _ => false,
    };

    private static bool IsEmpty(RowValue value) => value.Kind switch
    {
        RowValueKind.Null => true,
        RowValueKind.String => string.IsNullOrWhiteSpace(value.Text),
        RowValueKind.List => value.Items.Count == 0,
        RowValueKind.Map => value.Fields.Count == 0,
        RowValueKind.Boolean => true,
        _ => false,
    };
}
