using System.Collections;

namespace TrlSharp.Mixtures;

/// <summary>A list seen in another order; nothing is copied.</summary>
/// <param name="items">The items.</param>
/// <param name="order">For each place the number of its item.</param>
public sealed class ReorderedList<T>(IReadOnlyList<T> items, IReadOnlyList<int> order) : IReadOnlyList<T>
{
    /// <inheritdoc/>
    public int Count => order.Count;

    /// <inheritdoc/>
    public T this[int index] => items[order[index]];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        foreach (var number in order) yield return items[number];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
