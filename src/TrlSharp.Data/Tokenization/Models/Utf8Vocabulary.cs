using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Token ↔ id for a model's vocabulary: one blob of UTF-8, an offset per entry and an open-addressing table of entries, so that a
/// vocabulary of 256,000 tokens is a handful of arrays instead of 256,000 strings. Filled once, then read by any number of threads.
/// </summary>
internal sealed class Utf8Vocabulary
{
    private byte[] _bytes = new byte[1 << 12];
    private int[] _offsets = new int[256];
    private int[] _ids = new int[256];
    private int[] _slots = NewSlots(512);
    private int[] _entryOfId = [];
    private Dictionary<int, int>? _entryOfSparseId;

    /// <summary>Number of distinct tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The largest id, or −1 for an empty vocabulary.</summary>
    public int MaxId { get; private set; } = -1;

    /// <summary>Adds a token; a token that is already there gets the new id, as a repeated JSON key does.</summary>
    public void Add(ReadOnlySpan<byte> token, int id)
    {
        var slot = FindSlot(token);
        if (_slots[slot] >= 0)
        {
            _ids[_slots[slot]] = id;
            return;
        }

        if (Count + 2 > _offsets.Length) Grow();
        var start = _offsets[Count];
        if (_bytes.Length - start < token.Length) Array.Resize(ref _bytes, checked(Math.Max(_bytes.Length * 2, start + token.Length)));
        token.CopyTo(_bytes.AsSpan(start));
        _slots[slot] = Count;
        _ids[Count] = id;
        _offsets[++Count] = start + token.Length;
        if (Count * 2 > _slots.Length) Rehash();
    }

    /// <summary>Call once after the last <see cref="Add"/>: trims the arrays and builds the id → token direction.</summary>
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
    public int Find(ReadOnlySpan<byte> token)
    {
        var entry = _slots[FindSlot(token)];
        return entry < 0 ? -1 : _ids[entry];
    }

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
        if (_entryOfSparseId is not null) return _entryOfSparseId.GetValueOrDefault(id, -1);
        return (uint)id < (uint)_entryOfId.Length ? _entryOfId[id] : -1;
    }

    private int FindSlot(ReadOnlySpan<byte> token)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(Hash(token) & (uint)mask);
        while (_slots[slot] >= 0 && !Token(_slots[slot]).SequenceEqual(token)) slot = (slot + 1) & mask;
        return slot;
    }

    private static uint Hash(ReadOnlySpan<byte> token)
    {
        var hash = (ulong)token.Length * 0x9E3779B97F4A7C15;
        while (token.Length >= 8)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(token)) * 0xD6E8FEB86659FD93;
            hash ^= hash >> 32;
            token = token[8..];
        }

        ulong tail = 0;
        foreach (var b in token) tail = (tail << 8) | b;
        hash = (hash ^ tail) * 0xD6E8FEB86659FD93;
        hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15;
        return (uint)(hash >> 32);
    }

    private void Grow()
    {
        Array.Resize(ref _offsets, _offsets.Length * 2);
        Array.Resize(ref _ids, _ids.Length * 2);
    }

    private void Rehash()
    {
        _slots = NewSlots((int)BitOperations.RoundUpToPowerOf2((uint)_slots.Length * 2));
        for (var entry = 0; entry < Count; entry++) _slots[FindSlot(Token(entry))] = entry;
    }

    private static int[] NewSlots(int length)
    {
        var slots = new int[length];
        Array.Fill(slots, -1);
        return slots;
    }
}
