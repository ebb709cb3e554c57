using System.Diagnostics;

namespace TrlSharp.Tokenization.Models;

/// <summary>The last merge of a token in one word: 21 bits left, 21 right, 22 time. Time 0 is free for "not known yet".</summary>
internal readonly struct MergeTree(ulong packed)
{
    private const int TimeShift = 42;
    private const int FirstMerge = 4;

    /// <summary>A token that encoding never makes.</summary>
    public static readonly MergeTree NeverMade = new(1UL << TimeShift);

    /// <summary>A token whose merges are not made in the order of their ranks, or that is too long to tell.</summary>
    public static readonly MergeTree Irregular = new(2UL << TimeShift);

    /// <summary>A token that no merge makes: a byte.</summary>
    public static readonly MergeTree Symbol = new(3UL << TimeShift);

    public ulong Packed => packed;

    /// <summary>When it was made, to compare with others: bytes before everything.</summary>
    public int Time => (int)(packed >> TimeShift);

    public bool IsMerge => Time >= FirstMerge;

    public int Rank => Time - FirstMerge;

    public int Left => (int)(packed >> 21) & (MergeTable.IdLimit - 1);

    public int Right => (int)packed & (MergeTable.IdLimit - 1);

    public static MergeTree Of(int left, int right, int rank)
    {
        Debug.Assert(Math.Max(left, right) < MergeTable.IdLimit);
        return rank + FirstMerge < MergeTable.RankLimit ? new(((ulong)(uint)(rank + FirstMerge) << TimeShift) | ((ulong)(uint)left << 21) | (uint)right) : Irregular;
    }
}
