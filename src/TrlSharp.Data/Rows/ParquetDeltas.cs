namespace TrlSharp.Rows;

/// <summary>Whole numbers as differences packed into bits (parquet-format, Encodings.md, "Delta Encoding"): the numbers of a page, or the lengths of its texts.</summary>
internal static class ParquetDeltas
{
    /// <summary>All numbers.</summary>
    /// <param name="bytes">They begin here; moved behind them.</param>
    /// <param name="most">More would be damage.</param>
    public static long[] Read(ref ReadOnlySpan<byte> bytes, int most)
    {
        var (blockSize, parts, count, value) = (Unsigned(ref bytes), Unsigned(ref bytes), Unsigned(ref bytes), Signed(ref bytes));
        if (count > (ulong)most) throw new DataException($"a page has {count} numbers where there are {most} places.");
        if (blockSize is 0 or > 1 << 20 || parts is 0 or > 1 << 10 || blockSize % parts != 0 || blockSize / parts % 32 != 0)
            throw new DataException($"blocks of {blockSize} numbers in {parts} parts in a page.");
        var numbers = new long[count];
        if (count == 0) return numbers;
        numbers[0] = value;
        for (var at = 1; at < numbers.Length;) at = Block(ref bytes, numbers, at, (int)parts, (int)(blockSize / parts));
        return numbers;
    }

    private static int Block(ref ReadOnlySpan<byte> bytes, long[] numbers, int at, int parts, int partSize)
    {
        var least = Signed(ref bytes);
        var widths = Take(ref bytes, parts);
        for (var part = 0; part < parts && at < numbers.Length; part++)
        {
            // The part is there to its end, also where the numbers end in the middle.
            var width = widths[part] <= 64 ? widths[part] : throw new DataException($"numbers of {widths[part]} bits in a page.");
            var packed = Take(ref bytes, width * partSize / 8);
            for (var i = 0; i < partSize && at < numbers.Length; i++, at++)
                numbers[at] = unchecked(numbers[at - 1] + least + (long)Bits(packed, i * width, width));
        }

        return at;
    }

    private static ulong Bits(ReadOnlySpan<byte> packed, int first, int width)
    {
        var (value, have) = (0UL, 0);
        while (have < width)
        {
            var (at, shift) = ((first + have) >> 3, (first + have) & 7);
            value |= (ulong)(packed[at] >> shift) << have;
            have += 8 - shift;
        }

        return width == 64 ? value : value & ((1UL << width) - 1);
    }

    private static ulong Unsigned(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(ref bytes, 1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new DataException("a number of a page does not end.");
    }

    private static long Signed(ref ReadOnlySpan<byte> bytes)
    {
        var value = Unsigned(ref bytes);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count > bytes.Length) throw new DataException("the differences of a page end too early.");
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
