using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>Reads <c>train_detail</c>: ranges of a field, in code points, UTF-16 units or bytes, half-open (or Axolotl's inclusive offsets).</summary>
internal sealed class DetailReader(MessageContext context, RowValue message)
{
    public IReadOnlyList<TrainedRange> Read()
    {
        if (message.Find("train_detail") is not { IsNull: false } list) return [];
        if (list.Kind != RowValueKind.List) throw context.Fault(MaskFault.WeightType, "train_detail must be a list of ranges.");
        var ranges = new List<TrainedRange>();
        for (var i = 0; i < list.Items.Count; i++) ranges.AddRange(ReadRange(list.Items[i], $"train_detail[{i}]"));
        ranges.Sort((a, b) => string.CompareOrdinal(a.Field, b.Field) is not 0 and var order ? order : a.Start.CompareTo(b.Start));
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Field != ranges[i - 1].Field || ranges[i].Start >= ranges[i - 1].End) continue;
            throw context.Fault(MaskFault.RangesOverlap, $"two train_detail ranges of {ranges[i].Field} share the characters from {ranges[i].Start} to {Math.Min(ranges[i].End, ranges[i - 1].End)}.");
        }

        return ranges;
    }

    private IEnumerable<TrainedRange> ReadRange(RowValue item, string path)
    {
        if (item.Kind != RowValueKind.Map) throw context.Fault(MaskFault.WeightType, $"{path} is {item}; it must be an object with start and end.");
        foreach (var (key, _) in item.Fields)
            if (key is not ("start" or "end" or "begin_offset" or "end_offset" or "weight" or "train" or "field" or "unit"))
                throw context.Fault(MaskFault.NearMissKey, $"{path}.{key} is unknown; a range has start, end, weight or train, field and unit.");
        var inclusive = item.Find("begin_offset") is not null;
        var start = Integer(item, inclusive ? "begin_offset" : "start", path);
        var end = Integer(item, inclusive ? "end_offset" : "end", path) + (inclusive ? 1 : 0);
        var field = item.Find("field") is { IsNull: false } f ? Text(f, path + ".field") : "content";
        var unit = item.Find("unit") is { IsNull: false } u ? Text(u, path + ".unit") : "codepoint";
        return Place(field, start, end, unit, Weight(item, path));
    }

    private IEnumerable<TrainedRange> Place(string field, long start, long end, string unit, float weight)
    {
        var pieces = FieldText(field);
        var text = string.Concat(pieces.Select(p => p.Text));
        var offsets = new TextOffsets(text, unit, () => context.Fault(MaskFault.WeightType, $"the unit \"{unit}\" is unknown; use codepoint, utf16 or byte."));
        if (start < 0 || end > offsets.Length || start > end)
            throw context.Fault(MaskFault.RangeOutOfBounds, $"the range {start}..{end} of {field} leaves its {offsets.Length} {unit}s{(end > offsets.Length ? $" ({end} > {offsets.Length})" : "")}.");
        var (from, to) = (offsets.Utf16(start), offsets.Utf16(end));
        if (from is null || to is null) throw context.Fault(MaskFault.RangeOutOfBounds, $"the range {start}..{end} of {field} cuts a character in two.");
        var at = 0;
        foreach (var piece in pieces)
        {
            var (a, b) = (Math.Max(from.Value, at), Math.Min(to.Value, at + piece.Text.Length));
            if (a < b) yield return new TrainedRange(piece.Path, a - at, b - at, weight);
            at += piece.Text.Length;
        }
    }

    /// <summary>The text of a field; list content counts as its text parts joined.</summary>
    private List<(string Path, string Text)> FieldText(string field)
    {
        if (field == "content" && MessageBody.Items(message, "content") is { Count: > 0 } parts)
            return [.. parts.Select((p, i) => ($"content[{i}].text", MessageBody.PartText(p))).Where(p => p.Item2 is not null).Select(p => (p.Item1, p.Item2!))];
        return RowPath.Find(message, field) is { Kind: RowValueKind.String } value
            ? [(field, value.Text)]
            : throw context.Fault(MaskFault.RangeOutOfBounds, $"train_detail names the field \"{field}\", which is no text of this message.");
    }

    private float Weight(RowValue item, string path)
    {
        var train = item.Find("train") is { IsNull: false } t
            ? t.Kind == RowValueKind.Boolean ? t.Boolean : throw context.Fault(MaskFault.WeightType, $"{path}.train is {t}; it must be true or false.")
            : (bool?)null;
        if (item.Find("weight") is not { IsNull: false } w) return train == false ? 0 : 1;
        var weight = w.Kind switch
        {
            RowValueKind.Integer => (double)w.Integer,
            RowValueKind.Real => w.Real,
            _ => throw context.Fault(MaskFault.WeightType, $"{path}.weight is {w}; it must be a number, 0 or more."),
        };
        if (weight < 0 || !double.IsFinite(weight)) throw context.Fault(MaskFault.NegativeWeight, $"{path}.weight is {w}; a weight is finite and 0 or more.");
        if (train is { } on && on != weight > 0) throw context.Fault(MaskFault.FlagsDisagree, $"{path}.train and {path}.weight contradict each other; keep one.");
        return (float)weight;
    }

    private long Integer(RowValue item, string key, string path) =>
        item.Find(key) is { Kind: RowValueKind.Integer } value && value.Integer >= 0 && value.Integer <= int.MaxValue
            ? (long)value.Integer
            : throw context.Fault(MaskFault.WeightType, $"{path}.{key} must be a whole number, 0 or more.");

    private string Text(RowValue value, string path) =>
        value.Kind == RowValueKind.String ? value.Text : throw context.Fault(MaskFault.WeightType, $"{path} is {value}; it must be a string.");
}
