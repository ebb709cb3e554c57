namespace TrlSharp.Rows;

/// <summary>The two ways to meet a row that cannot be read: throw, or tell the caller and go on.</summary>
internal static class Refusals
{
    /// <summary>Runs <paramref name="read"/>. False when it was refused and <paramref name="onRefused"/> has been told.</summary>
    public static bool Try<T>(Func<T> read, Action<DataException>? onRefused, out T value)
    {
        value = default!;
        try
        {
            value = read();
            return true;
        }
        catch (DataException e) when (onRefused is not null)
        {
            onRefused(e);
            return false;
        }
    }

    /// <summary>Rows, and in their places the faults of those that cannot be read.</summary>
    public static IEnumerable<(Row? Row, DataException? Fault)> Interleave(IRowSource source)
    {
        var faults = new Queue<DataException>();
        foreach (var row in source.Read(faults.Enqueue))
        {
            while (faults.TryDequeue(out var fault)) yield return (null, fault);
            yield return (row, null);
        }

        while (faults.TryDequeue(out var fault)) yield return (null, fault);
    }
}
