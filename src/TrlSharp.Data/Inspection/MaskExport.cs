using System.Numerics;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>Writes masks for other trainers, one JSON object a line. What a format cannot say is counted, never bent.</summary>
/// <param name="format">The form.</param>
public sealed class MaskExport(ExportFormat format)
{
    private const int Untrained = -100;

    /// <summary>Messages that are trained in part, or with several weights, which <see cref="ExportFormat.OpenAi"/> and <see cref="ExportFormat.Swift"/> cannot say: they are written as trained.</summary>
    public long Approximated { get; private set; }

    /// <summary>Rows that are no chats, which only <see cref="ExportFormat.Hf"/> can say: they are left out.</summary>
    public long NotChats { get; private set; }

    /// <summary>The lines of a row: one per example, or one per chat.</summary>
    public IEnumerable<RowValue> Lines(SurveyedRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        for (var i = 0; i < row.Results.Count; i++)
        {
            if (format == ExportFormat.Hf)
            {
                foreach (var sequence in row.Results[i].Sequences) yield return Sequence(sequence);
                continue;
            }

            if (row.Examples[i] is ConversationExample chat) yield return Chat(chat, row.Results[i]);
            else NotChats++;
        }
    }

    private static RowValue Sequence(TokenSequence sequence)
    {
        var fields = new List<(string, RowValue)>
        {
            ("input_ids", RowValue.List([.. sequence.Tokens.Select(t => Whole(t))])),
            ("labels", RowValue.List([.. sequence.Tokens.Select((t, i) => Whole(sequence.Weights[i] > 0 ? t : Untrained))])),
            ("assistant_masks", RowValue.List([.. sequence.Weights.Select(w => Whole(w > 0 ? 1 : 0))])),
        };
        if (sequence.Weights.Any(w => w is not (0 or 1))) fields.Add(("weights", RowValue.List([.. sequence.Weights.Select(w => RowValue.Of((double)w))])));
        return RowValue.MapOf(fields);
    }

    private RowValue Chat(ConversationExample chat, BuildResult result)
    {
        var messages = new List<RowValue>(chat.Messages.Count);
        for (var m = 0; m < chat.Messages.Count; m++)
        {
            var body = MessageBody.ForTemplate(chat.Messages[m]);
            var isAssistant = body.Find("role") is { Kind: RowValueKind.String, Text: Roles.Assistant };
            var weights = WeightsOf(result, m);
            var weight = weights.Count == 0 ? 0 : weights.Max();
            if (weights.Distinct().Count() > 1 || (weight > 0 && format == ExportFormat.OpenAi && (weight != 1 || !isAssistant))) Approximated++;
            if (format == ExportFormat.OpenAi) messages.Add(isAssistant ? body.With("weight", Whole(weight > 0 ? 1 : 0)) : body);
            else messages.Add(weight is 0 or 1 ? body.With("loss", RowValue.Of(weight > 0)) : body.With("loss", RowValue.True).With("loss_scale", RowValue.Of((double)weight)));
        }

        var fields = new List<(string, RowValue)> { ("messages", RowValue.List(messages)) };
        if (chat.Tools is { IsNull: false } tools) fields.Add(("tools", tools));
        return RowValue.MapOf(fields);
    }

    /// <summary>Weights of the characters that the model would have sampled in a message; 0 stands for sampled text that is not trained.</summary>
    private static List<float> WeightsOf(BuildResult result, int message)
    {
        var weights = new List<float>();
        foreach (var e in result.Explanations)
        {
            if (e.Example.Everything) weights.Add(1);
            foreach (var span in e.Example.Weights)
                if (span.Message == message && span.Channel != Channel.EmptyThinking) weights.Add(span.Weight);
        }

        return weights;
    }

    private static RowValue Whole(int value) => RowValue.Of(new BigInteger(value));
}
