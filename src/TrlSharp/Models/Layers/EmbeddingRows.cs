using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// Rows of a table, with a backward pass that adds gradients to the rows that were read: a whole second table for every pass would be the largest tensor of a model with a large
/// vocabulary. Gradients of a row are added in the order of the tokens. V rows, D columns, T tokens.
/// </summary>
internal static unsafe class EmbeddingRows
{
    /// <summary>Columns that a thread takes at a time.</summary>
    private const int Slice = 4 * Lanes.Width;

    /// <summary>[V, D], int64 [T] → [T, D]</summary>
    /// <param name="weight">The table.</param>
    /// <param name="tokens">Rows to read.</param>
    /// <param name="padding">The row that gets no gradient; null for none.</param>
    public static Tensor Forward(Tensor weight, Tensor tokens, int? padding)
    {
        if (!CustomGradient.IsNeeded(weight) || !weight.is_leaf || !Lanes.Handles(weight)) return Ops.Embedding(weight, tokens, padding ?? -1); // [T, D]
        using var scope = NewDisposeScope();
        Tensor output;
        using (no_grad()) output = Ops.Embedding(weight, tokens, padding ?? -1); // [T, D]
        Tensor?[] Backward(Tensor gradient, Tensor[] saved)
        {
            var gathered = weight.dtype == ScalarType.Float32 ? weight.grad : WideGradients.Find(weight)?.Filled(); // [V, D]
            var sum = gathered ?? zeros(weight.shape, ScalarType.Float32); // [V, D]
            Add(sum, saved[0].contiguous(), gradient.contiguous(), padding ?? -1);
            if (gathered is null) weight.grad = (weight.grad is { } before ? sum.Plus(before) : sum).to_type(weight.dtype);
            return [null];
        }

        return CustomGradient.Attach(output, [weight], [tokens], Backward).MoveToOuterDisposeScope();
    }

    private static void Add(Tensor table, Tensor tokens, Tensor gradient, long padding)
    {
        var (count, width) = (tokens.numel(), table.size(1));
        var (target, rows, source) = (Ops.DataPointer(table), Ops.DataPointer(tokens), Ops.DataPointer(gradient));
        var isWide = gradient.dtype == ScalarType.Float32;
        RowLoop.Run((width + Slice - 1) / Slice, count * Slice, (first, end) =>
        {
            var last = Math.Min(width, end * Slice);
            for (long t = 0; t < count; t++)
            {
                var row = ((long*)rows)[t];
                if (row == padding) continue;
                var at = t * width;
                var to = (float*)target + (row * width);
                if (isWide) Lanes.Add((float*)source + at, to, first * Slice, last);
                else Lanes.Add((ushort*)source + at, to, first * Slice, last);
            }
        });
        GC.KeepAlive((table, tokens, gradient));
    }
}
