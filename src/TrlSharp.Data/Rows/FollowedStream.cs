namespace TrlSharp.Rows;

/// <summary>A stream with some bytes behind its end.</summary>
internal sealed class FollowedStream(Stream first, byte[] after) : ForwardStream(first)
{
    private int _at;

    public override int Read(Span<byte> buffer)
    {
        if (_at == 0 && Inner.Read(buffer) is > 0 and var read) return read;
        var count = Math.Min(buffer.Length, after.Length - _at);
        after.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}
