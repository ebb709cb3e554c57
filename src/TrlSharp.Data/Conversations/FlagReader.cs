using System.Collections.Frozen;
using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>
/// Loss flags of one message in the words of every vendor: OpenAI, Mistral, Fireworks and Together <c>weight</c>; Axolotl <c>train</c>, <c>training</c>,
/// <c>weight</c> on parts and <c>train_detail</c>; Tinker <c>trainable</c>; swift <c>loss</c>, <c>loss_scale</c>; LLaMA-Factory <c>loss_weight</c>; torchtune <c>masked</c> (inverted).
/// </summary>
internal sealed class FlagReader(MessageContext context, RowValue message)
{
    private static readonly string[] Switches = ["train", "training", "trainable", "loss"];
    private static readonly string[] Numbers = ["weight", "loss_scale", "loss_weight"];

    /// <summary>Every key that is a flag and that no template sees.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. Switches, .. Numbers, "masked", "train_parts", "train_detail", "prefill"];

    private static readonly FrozenSet<string> KeySet = Keys.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a key is a flag.</summary>
    public static bool IsFlag(string key) => KeySet.Contains(key);

    public MessageFlags Read()
    {
        if (!MaySayAnything()) return MessageFlags.None;
        var (weight, key) = ReadWeight(message, "");
        var calls = MessageBody.Items(message, "tool_calls");
        var callWeights = calls.Select((c, i) => c.Kind == RowValueKind.Map ? ReadWeight(c, $"tool_calls[{i}].").Weight : null).ToArray();
        var parts = ReadParts();
        var channels = ReadChannels();
        var detail = new DetailReader(context, message).Read();
        var prefill = ReadPrefill();
        if (weight is null && channels is null && detail.Count == 0 && parts.Count == 0 && prefill == 0 && !callWeights.Any(w => w is not null)) return MessageFlags.None;
        return new MessageFlags
        {
            Weight = weight,
            WeightKey = key,
            Channels = channels,
            Detail = detail,
            Parts = parts,
            ToolCalls = callWeights.Any(w => w is not null) ? callWeights : [],
            PrefillLength = prefill,
        };
    }

    /// <summary>Most messages have no flag, no call and no parts, and need no closer look.</summary>
    private bool MaySayAnything()
    {
        var fields = message.Fields;
        for (var i = 0; i < fields.Count; i++)
            if (KeySet.Contains(fields[i].Key) || (fields[i].Value.Kind == RowValueKind.List && fields[i].Key is "content" or "tool_calls")) return true;
        return false;
    }

    /// <summary>The one weight that all flags of a map agree on: numbers must be equal, switches must say the same about above zero or not.</summary>
    private (float? Weight, string Key) ReadWeight(RowValue map, string path)
    {
        float? number = null, onOff = null;
        string numberKey = "", switchKey = "";
        foreach (var (key, value) in map.Fields)
        {
            if (value.IsNull) continue;
            if (Numbers.Contains(key))
            {
                var read = Number(value, path + key);
                if (number is { } other && other != read) throw Disagree(path, numberKey, other, key, read);
                (number, numberKey) = (read, key);
            }
            else if (Switches.Contains(key) || key == "masked")
            {
                if (value.Kind != RowValueKind.Boolean)
                    throw context.Fault(MaskFault.WeightType, $"{path}{key} is {value}; it must be true or false. For a number use \"weight\".");
                var read = value.Boolean == (key != "masked") ? 1f : 0f;
                if (onOff is { } other && other != read) throw Disagree(path, switchKey, other, key, read);
                (onOff, switchKey) = (read, key);
            }
        }

        if (number is { } n && onOff is { } o && n > 0 != o > 0) throw Disagree(path, numberKey, n, switchKey, o);
        return number is not null ? (number, path + numberKey) : (onOff, onOff is null ? "" : path + switchKey);
    }

    private MaskException Disagree(string path, string a, float weightA, string b, float weightB) => context.Fault(MaskFault.FlagsDisagree,
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}{a} means weight {weightA}, {path}{b} means weight {weightB}; keep one of the two."));

    private float Number(RowValue value, string path)
    {
        var number = value.Kind switch
        {
            RowValueKind.Integer => (double)value.Integer,
            RowValueKind.Real => value.Real,
            _ => throw context.Fault(MaskFault.WeightType, $"{path} is {value}; it must be a number, 0 or more."),
        };
        if (number < 0 || !float.IsFinite((float)number)) throw context.Fault(MaskFault.NegativeWeight, $"{path} is {value}; a weight is finite and 0 or more.");
        return (float)number;
    }

    private float SwitchOrNumber(RowValue value, string path) => value.Kind == RowValueKind.Boolean ? (value.Boolean ? 1 : 0) : Number(value, path);

    private List<TrainedRange> ReadParts()
    {
        var parts = new List<TrainedRange>();
        var content = MessageBody.Items(message, "content");
        for (var i = 0; i < content.Count; i++)
        {
            if (content[i].Kind != RowValueKind.Map || ReadWeight(content[i], $"content[{i}].").Weight is not { } weight) continue;
            if (MessageBody.PartText(content[i]) is { } text) parts.Add(new($"content[{i}].text", 0, text.Length, weight));
            else if (MessageBody.PartReasoning(content[i]) is { } reasoning) parts.Add(new($"content[{i}].thinking", 0, reasoning.Length, weight));
        }

        return parts;
    }

    private ChannelWeights? ReadChannels()
    {
        if (message.Find("train_parts") is not { IsNull: false } map) return null;
        if (map.Kind != RowValueKind.Map) throw context.Fault(MaskFault.WeightType, $"train_parts is {map}; it must be an object with thinking, content, tool_calls, stop.");
        var weights = new ChannelWeights();
        foreach (var (key, value) in map.Fields)
        {
            if (value.IsNull) continue;
            var weight = SwitchOrNumber(value, $"train_parts.{key}");
            weights = key switch
            {
                "thinking" => weights with { Thinking = weight },
                "content" => weights with { Content = weight },
                "tool_calls" => weights with { ToolCalls = weight },
                "stop" => weights with { Stop = weight },
                _ => throw context.Fault(MaskFault.NearMissKey, $"train_parts.{key} is unknown; the parts are thinking, content, tool_calls and stop."),
            };
        }

        return weights;
    }

    private int ReadPrefill()
    {
        if (message.Find("prefill") is not { IsNull: false } prefill) return 0;
        if (prefill.Kind != RowValueKind.String) throw context.Fault(MaskFault.WeightType, $"prefill is {prefill}; it must be the text that content begins with.");
        var content = message.Find("content");
        if (content is not { Kind: RowValueKind.String } || !content.Text.StartsWith(prefill.Text, StringComparison.Ordinal))
            throw context.Fault(MaskFault.PrefillNotAPrefix, $"content does not begin with the prefill {prefill}.");
        return prefill.Text.Length;
    }
}
