using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TrlSharp.Conformance;

/// <summary>
/// AdamW, Adagrad and RMSprop make a whole step of the sign of a gradient, also where that is nothing but what rounding leaves, and how sums are rounded depends on the processor. A recorded run that
/// hangs on such a sign is reproduced by a correct program only if its rounding happens to be alike. So a run that comes out different is repeated from weights of which a half differ by one
/// unit in the last place, which is less than what a pass rounds: one of the repetitions has to equal the recording in everything, within the same limits. A program that is wrong does not get there.
/// </summary>
public static class LastBits
{
    /// <summary>Runs until one of them equals the recording: the first with the weights as they are.</summary>
    public const int Attempts = 9;

    /// <summary>Moves every other float32 weight, chosen by <paramref name="attempt"/>, by one unit in the last place, away from 0 or towards it; the attempt 0 moves none.</summary>
    public static void Change(IEnumerable<Tensor> weights, int attempt)
    {
        if (attempt == 0) return;
        var random = new SeededRandom((ulong)attempt);
        foreach (var weight in weights.Where(w => w.dtype == ScalarType.Float32))
        {
            using var values = weight.detach();
            foreach (ref var bits in MemoryMarshal.Cast<byte, int>(values.bytes))
            {
                if ((bits & int.MaxValue) == 0) continue;
                var choice = random.NextUInt64();
                if ((choice & 1) != 0) bits += (choice & 2) != 0 ? 1 : -1;
            }
        }
    }
}
