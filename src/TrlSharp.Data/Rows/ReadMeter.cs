namespace TrlSharp.Rows;

/// <summary>Counts the bytes read from data files, packed as they are, so that somebody can tell how long it will still take.</summary>
public sealed class ReadMeter
{
    private long _bytes;

    /// <summary>Bytes read so far, by all readers that share this meter.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    internal void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
