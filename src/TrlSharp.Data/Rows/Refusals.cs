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
}
