namespace TrlSharp.Mixtures;

/// <summary>One stream of a mixture.</summary>
/// <param name="Name">For accounts and messages.</param>
/// <param name="Open">Begins the stream anew: once for every pass.</param>
public sealed record MixtureInput<T>(string Name, Func<IEnumerable<T>> Open)
{
    private const double MostEpochs = 1e6;

    /// <summary>Share of the mixture while it interleaves, relative to the other weights, in units of size (tokens). Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// Passes over the stream. A fraction takes that share of the items, evenly spread: 0.5 every second one, 2.25 all of them twice and every fourth once
    /// more. Default 1.
    /// </summary>
    public double Epochs { get; init; } = 1;

    /// <summary>Stop after this size (tokens): the item that would exceed it is not taken. Null, the default: no limit.</summary>
    public long? Quota { get; init; }

    internal IEnumerable<string> Problems()
    {
        if (!(Weight > 0) || !double.IsFinite(Weight)) yield return $"{Name}: the weight is {Weight}; it must be above 0 and finite. Leave the source out instead.";
        if (!(Epochs > 0 && Epochs <= MostEpochs)) yield return $"{Name}: the number of epochs is {Epochs}; it must be above 0 and at most a million.";
        if (Quota is < 1) yield return $"{Name}: the quota is {Quota}; it must be at least 1 token.";
    }

    /// <summary>All passes, one after another, within the quota.</summary>
    internal IEnumerable<T> Items(Func<T, long> size)
    {
        var left = Quota ?? long.MaxValue;
        // Decimal, so that 1.2 epochs leave exactly 0.2 for the second pass.
        var epochs = (decimal)Epochs;
        for (var pass = 0; pass < epochs; pass++)
        {
            var share = Math.Min(1, epochs - pass);
            var number = 0L;
            foreach (var item in Open())
            {
                var taken = share >= 1 || Math.Floor((number + 1) * share) > Math.Floor(number * share);
                number++;
                if (!taken) continue;
                left -= size(item);
                if (left < 0) yield break;
                yield return item;
            }

            if (number == 0) yield break;
        }
    }
}
