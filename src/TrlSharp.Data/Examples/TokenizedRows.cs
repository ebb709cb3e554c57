using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Rows of ids. What is trained: <c>labels</c> (−100 is context) if there are any, else every mask of the row must be set, else everything; weights of the
/// row multiply. A row that holds several documents says so in <c>seq_lengths</c> and is taken apart.
/// </summary>
internal static class TokenizedRows
{
    /// <summary>The label of a position that is not trained.</summary>
    private const int Untrained = -100;

    private static readonly string[] Masks = ["completion_mask", "assistant_masks", "assistant_mask", "loss_mask"];

    public static IReadOnlyList<Example> Read(RowColumns row)
    {
        var tokens = Integers(row, "input_ids", row.Take("input_ids") ?? throw row.Missing("input_ids"), 0);
        var labels = FromLabels(row, tokens);
        var masks = labels is null ? FromMasks(row, tokens) : null;
        var weights = Times(row, tokens, labels ?? masks);
        var documents = row.Take("seq_lengths") is { } lengths ? Integers(row, "seq_lengths", lengths, 1) : [tokens.Length];
        if (documents.Sum(d => (long)d) != tokens.Length) throw row.Refuse($"\"seq_lengths\" adds up to {documents.Sum(d => (long)d)}, but there are {tokens.Length} ids.");
        var metadata = row.Metadata();
        var examples = new List<Example>(documents.Length);
        var start = 0;
        foreach (var length in documents)
        {
            var end = start + length;
            examples.Add(new TokenizedExample(row.Origin) { Tokens = tokens[start..end], Weights = weights?[start..end], FromMasks = masks is not null, Metadata = metadata });
            start = end;
        }

        return examples;
    }

    private static float[]? FromLabels(RowColumns row, int[] tokens)
    {
        if (row.Take("labels") is not { } value) return null;
        foreach (var mask in Masks) row.Take(mask);
        var labels = Integers(row, "labels", value, Untrained);
        Check(row, "labels", labels.Length, tokens.Length);
        var weights = new float[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] == tokens[i]) weights[i] = 1;
            else if (labels[i] != Untrained)
                throw row.Refuse($"labels[{i}] is {labels[i]}, neither {Untrained} nor the id at the same place ({tokens[i]}). Labels are not shifted here: "
                    + "position i of the labels belongs to position i of the ids.");
        }

        return weights;
    }

    private static float[]? FromMasks(RowColumns row, int[] tokens)
    {
        float[]? weights = null;
        foreach (var column in Masks)
        {
            if (row.Take(column) is not { } mask) continue;
            var items = Items(row, column, mask);
            Check(row, column, items.Count, tokens.Length);
            weights ??= Ones(tokens.Length);
            for (var i = 0; i < items.Count; i++)
                if (!IsSet(row, column, i, items[i])) weights[i] = 0;
        }

        return weights;
    }

    private static float[]? Times(RowColumns row, int[] tokens, float[]? weights)
    {
        foreach (var column in (ReadOnlySpan<string>)["weights", "loss_weights"])
        {
            if (row.Take(column) is not { } value) continue;
            var items = Items(row, column, value);
            Check(row, column, items.Count, tokens.Length);
            weights ??= Ones(tokens.Length);
            for (var i = 0; i < items.Count; i++) weights[i] *= Weight(row, column, i, items[i]);
        }

        return weights;
    }

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }

    private static bool IsSet(RowColumns row, string column, int at, RowValue value) => value switch
    {
        { Kind: RowValueKind.Boolean } => value.Boolean,
        { Kind: RowValueKind.Integer, Integer: { IsZero: true } or { IsOne: true } } => value.Integer.IsOne,
        _ => throw row.Refuse(string.Create(CultureInfo.InvariantCulture, $"{column}[{at}] is {value}; a mask holds 0 and 1.")),
    };

    private static float Weight(RowColumns row, string column, int at, RowValue value)
    {
        var number = value.Kind switch
        {
            RowValueKind.Integer => (double)value.Integer,
            RowValueKind.Real => value.Real,
            _ => double.NaN,
        };
        return float.IsFinite((float)number) && number >= 0
            ? (float)number
            : throw row.Refuse(string.Create(CultureInfo.InvariantCulture, $"{column}[{at}] is {value}; a weight is a finite number, 0 or more."));
    }

    private static int[] Integers(RowColumns row, string column, RowValue value, int least)
    {
        var items = Items(row, column, value);
        var numbers = new int[items.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (items[i].Kind != RowValueKind.Integer || items[i].Integer < least || items[i].Integer > int.MaxValue)
                throw row.Refuse(string.Create(CultureInfo.InvariantCulture, $"{column}[{i}] is {items[i]}; a whole number of at least {least} is needed."));
            numbers[i] = (int)items[i].Integer;
        }

        return numbers;
    }

    private static IReadOnlyList<RowValue> Items(RowColumns row, string column, RowValue value) => value.Kind == RowValueKind.List
        ? value.Items
        : throw row.Refuse($"the column \"{row.NameOf(column)}\" is a {RowJson.Name(value.Kind)}, not a list.");

    private static void Check(RowColumns row, string column, int count, int tokens)
    {
        if (count != tokens) throw row.Refuse($"\"{row.NameOf(column)}\" has {count} values, but there are {tokens} ids. They must be as many.");
    }
}
