using System.Runtime.CompilerServices;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary><see cref="VocabularyReader"/> and <see cref="MergesReader"/> for lists that are plainly right: fast, with every look-up asked for ahead of time.</summary>
internal static class VocabularyScanner
{
    /// <summary>How many look-ups are on their way at once.</summary>
    private const int Batch = 32;

    /// <summary>Reads <c>{"token": id, …}</c>; false where something is not as expected, and then <paramref name="vocabulary"/> is of no use.</summary>
    /// <param name="json">The file.</param>
    /// <param name="at">The first byte in the object; the closing brace when done.</param>
    /// <param name="vocabulary">Receives the tokens.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryReadIds(ReadOnlySpan<byte> json, ref int at, Utf8Vocabulary vocabulary)
    {
        var scanner = new TokenScanner(json, at);
        var buffer = new byte[Batch * 64];
        Span<int> ends = stackalloc int[Batch];
        Span<int> ids = stackalloc int[Batch];
        Span<ulong> keys = stackalloc ulong[Batch];
        for (var goesOn = true; goesOn;)
        {
            var (count, end) = (0, 0);
            while (count < Batch && goesOn)
            {
                var start = end;
                if (!scanner.TryReadString(ref buffer, ref end) || !scanner.Skip((byte)':') || !scanner.TryReadNumber(out ids[count])) return false;
                ends[count] = end;
                keys[count++] = vocabulary.Prefetch(buffer.AsSpan(start..end));
                goesOn = scanner.Skip((byte)',');
            }

            for (int i = 0, start = 0; i < count; start = ends[i++]) vocabulary.Add(buffer.AsSpan(start..ends[i]), ids[i], keys[i]);
        }

        at = scanner.At;
        return scanner.IsAt((byte)'}');
    }

    /// <summary>Reads <c>["a b", …]</c> or <c>[["a", "b"], …]</c>; null where something is not as expected.</summary>
    /// <param name="json">The file.</param>
    /// <param name="at">The first byte in the array; the closing bracket when done.</param>
    /// <param name="vocabulary">The tokens.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static MergeTable? TryReadMerges(ReadOnlySpan<byte> json, ref int at, Utf8Vocabulary vocabulary)
    {
        var scanner = new TokenScanner(json, at);
        var merges = new MergeTable(Math.Max(1024, vocabulary.Count * 2));
        var buffer = new byte[Batch * 64];
        Span<PendingMerge> pending = stackalloc PendingMerge[Batch];
        var lastMade = -1;
        for (var goesOn = true; goesOn;)
        {
            var (count, end) = (0, 0);
            while (count < Batch && goesOn)
            {
                if (!TryReadMerge(ref scanner, ref buffer, ref end, ref pending[count])) return null;
                ref var merge = ref pending[count++];
                merge.LeftKey = vocabulary.Prefetch(buffer.AsSpan(merge.Start, merge.LeftLength));
                merge.RightKey = vocabulary.Prefetch(buffer.AsSpan(merge.Start + merge.LeftLength, merge.RightLength));
                goesOn = scanner.Skip((byte)',');
            }

            foreach (ref var merge in pending[..count])
            {
                var made = buffer.AsSpan(merge.Start, merge.LeftLength + merge.RightLength);
                merge.Left = vocabulary.Find(made[..merge.LeftLength], merge.LeftKey);
                merge.Right = vocabulary.Find(made[merge.LeftLength..], merge.RightKey);
                lastMade = vocabulary.FindEntry(made, near: lastMade);
                if (merge.Left < 0 || merge.Right < 0 || lastMade < 0) return null;
                merge.Made = vocabulary.Id(lastMade);
                merges.Prefetch(merge.Left, merge.Right);
            }

            foreach (ref readonly var merge in pending[..count]) merges.Add(merge.Left, merge.Right, merge.Made);
        }

        at = scanner.At;
        merges.Freeze();
        return scanner.IsAt((byte)']') ? merges : null;
    }

    /// <summary>Writes the left and the right part one after the other, which is the token that they make.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryReadMerge(ref TokenScanner scanner, ref byte[] buffer, ref int end, ref PendingMerge merge)
    {
        merge.Start = end;
        if (scanner.IsAt((byte)'['))
        {
            if (!scanner.Skip((byte)'[') || !scanner.TryReadString(ref buffer, ref end)) return false;
            merge.LeftLength = end - merge.Start;
            if (!scanner.Skip((byte)',') || !scanner.TryReadString(ref buffer, ref end)) return false;
            merge.RightLength = end - merge.Start - merge.LeftLength;
            return scanner.Skip((byte)']');
        }

        if (!scanner.TryReadString(ref buffer, ref end)) return false;
        var line = buffer.AsSpan(merge.Start..end);
        var space = line.IndexOf((byte)' ');
        if (space < 0 || line.StartsWith("#version"u8)) return false;
        var right = line[(space + 1)..];
        if (right.Contains((byte)' ')) return false;
        (merge.LeftLength, merge.RightLength) = (space, right.Length);
        right.CopyTo(line[space..]);
        end--;
        return true;
    }

    private struct PendingMerge
    {
        public int Start, LeftLength, RightLength, Left, Right, Made;
        public ulong LeftKey, RightKey;
    }
}
