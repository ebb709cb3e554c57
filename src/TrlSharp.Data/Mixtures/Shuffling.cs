namespace TrlSharp.Mixtures;

/// <summary>Seeded orders that depend on the seed and the items alone, never on threads or time.</summary>
public static class Shuffling
{
    /// <summary>A uniform permutation of 0 … <paramref name="count"/>−1.</summary>
    public static int[] Permutation(int count, ulong seed)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new SeededRandom(seed).Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>
    /// A stream in roughly random order with bounded memory: a buffer of <paramref name="size"/> items, of which a random one leaves for each that
    /// comes. Complete permutations only when the buffer holds everything.
    /// </summary>
    public static IEnumerable<T> Buffered<T>(IEnumerable<T> items, int size, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return Run();

        IEnumerable<T> Run()
        {
            var random = new SeededRandom(seed);
            var buffer = new List<T>();
            foreach (var item in items)
            {
                if (buffer.Count < size)
                {
                    buffer.Add(item);
                    continue;
                }

                var at = random.Next(size);
                yield return buffer[at];
                buffer[at] = item;
            }

            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(buffer));
            foreach (var item in buffer) yield return item;
        }
    }
}
