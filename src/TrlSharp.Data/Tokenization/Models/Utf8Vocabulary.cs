using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Token ↔ id for a model's vocabulary: one blob of UTF-8, an offset per entry and an open-addressing table of entries, so that a vocabulary
/// of 256,000 tokens is a handful of arrays instead of 256,000 strings. Filled once, then read by any number of threads. What fills it is optimized at once: it is over before
/// tiered compilation would notice.
/// </summary>
internal sealed class Utf8Vocabulary
{
    private byte[] _bytes;
    private int[] _offsets;
    private int[] _ids;
    private Slot[] _slots;
    private bool _idsAreEntries = true;
    private int[] _entryOfId = [];
    private Dictionary<int, int>? _entryOfSparseId;
    private readonly Dictionary<int, int> _entryOfOlderId = [];

    /// <param name="expectedTokens">Room for this many tokens at first.</param>
    public Utf8Vocabulary(int expectedTokens = 200)
    {
        (_bytes, _offsets, _ids) = (new byte[expectedTokens * 8], new int[expectedTokens + 2], new int[expectedTokens + 2]);
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)expectedTokens * 2)];
    }

    /// <summary>Number of distinct tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Number of ids that have a token: more than tokens where one was added again and kept its older ids.</summary>
    public int IdCount => Count + _entryOfOlderId.Count;

    /// <summary>The largest id, or −1 for an empty vocabulary.</summary>
    public int MaxId { get; private set; } = -1;

    /// <summary>Adds a token; a token that is already there gets the new id, as a repeated JSON key does.</summary>
    /// <param name="token">UTF-8.</param>
    /// <param name="id">Its id.</param>
    /// <param name="keepsOlderId">Whether the id that it had still stands for it (in lists of pieces, whose positions are the ids).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> token, int id, bool keepsOlderId = false) => Add(token, id, KeyOf(token), keepsOlderId);

    /// <summary>The same with what <see cref="Prefetch"/> returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> token, int id, ulong key, bool keepsOlderId = false)
    {
        var slot = FindSlot(token, key);
        if (_slots[slot].Entry > 0)
        {
            var entry = _slots[slot].Entry - 1;
            if (keepsOlderId) _entryOfOlderId[_ids[entry]] = entry;
            _ids[entry] = id;
            _idsAreEntries = false;
            return;
        }

        if (Count + 2 > _offsets.Length) Grow();
        var start = _offsets[Count];
        if (_bytes.Length - start < token.Length) Array.Resize(ref _bytes, checked(Math.Max(_bytes.Length * 2, start + token.Length)));
        token.CopyTo(_bytes.AsSpan(start));
        _slots[slot] = new Slot(key, Count + 1, token.Length);
        _idsAreEntries &= id == Count;
        _ids[Count] = id;
        _offsets[++Count] = start + token.Length;
        if (Count * 2 > _slots.Length) Rehash();
    }

    /// <summary>Call once after the last token: trims the arrays and builds the id → token direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Freeze()
    {
        Array.Resize(ref _bytes, _offsets[Count]);
        Array.Resize(ref _offsets, Count + 1);
        Array.Resize(ref _ids, Count);
        foreach (var id in _ids) MaxId = Math.Max(MaxId, id);

        // A hostile file may give a token the id 2,000,000,000: only dense vocabularies get an array.
        if (MaxId < 4L * Count + 100_000)
        {
            _entryOfId = new int[MaxId + 1];
            Array.Fill(_entryOfId, -1);
            for (var entry = 0; entry < Count; entry++) _entryOfId[_ids[entry]] = entry;
        }
        else
        {
            _entryOfSparseId = [];
            for (var entry = 0; entry < Count; entry++) _entryOfSparseId[_ids[entry]] = entry;
        }
    }

    /// <summary>The id, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> token)
    {
        var entry = FindEntry(token);
        return entry < 0 || _idsAreEntries ? entry : _ids[entry];
    }

    /// <summary>The id, or −1, with what <see cref="Prefetch"/> returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> token, ulong key)
    {
        var entry = _slots[FindSlot(token, key)].Entry - 1;
        return entry < 0 || _idsAreEntries ? entry : _ids[entry];
    }

    /// <summary>Asks the processor for the memory that a look-up of this token will read, and returns the token's key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe ulong Prefetch(ReadOnlySpan<byte> token)
    {
        var key = KeyOf(token);

        // Should the collector move the array now, the wrong memory is asked for; nothing is read from it.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref _slots[Home(token.Length, key)]));
        return key;
    }

    /// <summary>The entry, or −1. Merges stand in the order of the tokens that they make, so the token made last or the one after it is nearly always the one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int FindEntry(ReadOnlySpan<byte> token, int near)
    {
        for (var entry = Math.Max(0, near); entry < Math.Min(near + 2, Count); entry++)
            if (Token(entry).SequenceEqual(token)) return entry;
        return FindEntry(token);
    }

    /// <summary>The entry, or −1.</summary>
    public int FindEntry(ReadOnlySpan<byte> token) => _slots[FindSlot(token, KeyOf(token))].Entry - 1;

    /// <summary>The id, or −1.</summary>
    public int Find(ReadOnlySpan<char> token)
    {
        byte[]? rented = null;
        var limit = Encoding.UTF8.GetMaxByteCount(token.Length);
        var buffer = limit <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(limit);
        var length = Encoding.UTF8.GetBytes(token, buffer);
        var id = Find(buffer[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return id;
    }

    /// <summary>The UTF-8 of the token with this id; false when no token has it.</summary>
    public bool TryGetBytes(int id, out ReadOnlySpan<byte> token)
    {
        var entry = EntryOf(id);
        token = entry < 0 ? default : Token(entry);
        return entry >= 0;
    }

    /// <summary>The token with this id, or null.</summary>
    public string? TokenOf(int id) => TryGetBytes(id, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>The UTF-8 of an entry, in the order in which the entries were added.</summary>
    public ReadOnlySpan<byte> Token(int entry) => _bytes.AsSpan(_offsets[entry], _offsets[entry + 1] - _offsets[entry]);

    /// <summary>The id of an entry.</summary>
    public int Id(int entry) => _ids[entry];

    private int EntryOf(int id)
    {
        var entry = _entryOfSparseId is not null ? _entryOfSparseId.GetValueOrDefault(id, -1) : (uint)id < (uint)_entryOfId.Length ? _entryOfId[id] : -1;
        return entry < 0 && _entryOfOlderId.Count > 0 ? _entryOfOlderId.GetValueOrDefault(id, -1) : entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindSlot(ReadOnlySpan<byte> token, ulong key)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        var at = Home(token.Length, key);
        while (true)
        {
            ref readonly var slot = ref slots[at];
            if (slot.Entry == 0) return at;
            if (slot.Key == key && slot.Length == token.Length && (token.Length <= sizeof(ulong) || Token(slot.Entry - 1).SequenceEqual(token))) return at;
            at = (at + 1) & mask;
        }
    }

    /// <summary>The slot where a token would be if no other one had taken it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Home(int length, ulong key) => (int)(((key ^ (ulong)length) * 0x9E3779B97F4A7C15) >> 32) & (_slots.Length - 1);

    /// <summary>The token itself when it has up to eight bytes, so that comparing keys and lengths compares tokens; else a hash of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(ReadOnlySpan<byte> token)
    {
        if (token.Length > sizeof(ulong)) return HashOf(token);
        ulong key = 0;
        foreach (var b in token) key = (key << 8) | b;
        return key;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong HashOf(ReadOnlySpan<byte> token)
    {
        var hash = (ulong)token.Length;
        for (; token.Length >= 8; token = token[8..])
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(token)) * 0xD6E8FEB86659FD93;
            hash ^= hash >> 32;
        }

        foreach (var b in token) hash = (hash ^ b) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }

    private void Grow()
    {
        Array.Resize(ref _offsets, _offsets.Length * 2);
        Array.Resize(ref _ids, _ids.Length * 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rehash()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        foreach (var slot in old)
            if (slot.Entry > 0) _slots[FindSlot(Token(slot.Entry - 1), slot.Key)] = slot;
    }

    /// <summary>An entry's key, number plus one (so that zero is free), and length: enough to recognise a short token without reading it.</summary>
    private readonly record struct Slot(ulong Key, int Entry, int Length);
}
