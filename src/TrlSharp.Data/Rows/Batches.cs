using System.Runtime.ExceptionServices;

namespace TrlSharp.Rows;

/// <summary>A stream in batches.</summary>
internal static class Batches
{
    /// <summary>Batches of <paramref name="size"/>, the last one smaller. Should the stream throw, what came before is given out first.</summary>
    public static IEnumerable<List<T>> Of<T>(IEnumerable<T> items, int size)
    {
        using var source = items.GetEnumerator();
        ExceptionDispatchInfo? broken = null;
        for (var more = true; more;)
        {
            var batch = new List<T>(size);
            try
            {
                while (batch.Count < size && (more = source.MoveNext())) batch.Add(source.Current);
            }
            catch (Exception e)
            {
                (more, broken) = (false, ExceptionDispatchInfo.Capture(e));
            }

            if (batch.Count > 0) yield return batch;
        }

        broken?.Throw();
    }
}
