using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Tokens of the words that one thread has met lately. What it answers never depends on what it holds; when it is full it starts afresh.
/// </summary>
internal sealed class WordCache
{
    private const int MaxWordLength = 96;
    private const int MaxWords = 1 << 16;
    private const int MaxTokens = 1 << 18;
    private const int MaxChars = 1 << 20;

    /// <summary>Most words longer than this come only once: they are remembered when they come again, so that they do not drive out the others.</summary>
    private const int MaxOnce = 16;

    private Entry[] _entries = new Entry[1 << 10];
    private char[] _chars = new char[1 << 12];
    private EncodedToken[] _tokens = new EncodedToken[1 << 11];
    private int _count;
    private int _charCount;
    private int _tokenCount;
    private readonly uint[] _once = new uint[1 << 12];
    private uint _missed;

    /// <summary>The tokens of a word, with ranges in the word.</summary>
    public bool TryGet(ReadOnlySpan<char> word, out ReadOnlySpan<EncodedToken> tokens)
    {
        tokens = default;
        if (word.Length > MaxWordLength) return false;
        var hash = _missed = Hash(word);
        var mask = _entries.Length - 1;
        for (var slot = (int)(hash & (uint)mask); ; slot = (slot + 1) & mask)
        {
            ref readonly var entry = ref _entries[slot];
            if (entry.Length == 0) return false;
            if (entry.Hash != hash || entry.Length != word.Length || !word.SequenceEqual(_chars.AsSpan(entry.Chars, entry.Length))) continue;
            tokens = _tokens.AsSpan(entry.Tokens, entry.TokenCount);
            return true;
        }
    }

    /// <summary>Remembers the word that <see cref="TryGet"/> did not know just now.</summary>
    public void Add(ReadOnlySpan<char> word, ReadOnlySpan<EncodedToken> tokens)
    {
        if (word.Length is 0 or > MaxWordLength || tokens.Length > 4 * MaxWordLength) return;
        ref var once = ref _once[_missed % (uint)_once.Length];
        if (word.Length > MaxOnce && once != _missed)
        {
            once = _missed;
            return;
        }

        if (_count >= MaxWords || _charCount + word.Length > MaxChars || _tokenCount + tokens.Length > MaxTokens) Clear();
        if (_count * 2 >= _entries.Length) Rehash();
        if (_charCount + word.Length > _chars.Length) Array.Resize(ref _chars, _chars.Length * 2);
        if (_tokenCount + tokens.Length > _tokens.Length) Array.Resize(ref _tokens, _tokens.Length * 2);
        word.CopyTo(_chars.AsSpan(_charCount));
        tokens.CopyTo(_tokens.AsSpan(_tokenCount));
        Insert(new Entry(_missed, _charCount, word.Length, _tokenCount, tokens.Length));
        (_count, _charCount, _tokenCount) = (_count + 1, _charCount + word.Length, _tokenCount + tokens.Length);
    }

    private void Clear()
    {
        Array.Clear(_entries);
        (_count, _charCount, _tokenCount) = (0, 0, 0);
    }

    private void Rehash()
    {
        var old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (var entry in old)
            if (entry.Length > 0) Insert(entry);
    }

    private void Insert(Entry entry)
    {
        var mask = _entries.Length - 1;
        var slot = (int)(entry.Hash & (uint)mask);
        while (_entries[slot].Length > 0) slot = (slot + 1) & mask;
        _entries[slot] = entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(ReadOnlySpan<char> word)
    {
        var bytes = MemoryMarshal.AsBytes(word);
        var hash = (ulong)word.Length * 0x9E3779B97F4A7C15;
        while (bytes.Length >= 8)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(bytes)) * 0xD6E8FEB86659FD93;
            hash ^= hash >> 32;
            bytes = bytes[8..];
        }

        if (bytes.Length >= 4)
        {
            hash = (hash ^ MemoryMarshal.Read<uint>(bytes)) * 0xD6E8FEB86659FD93;
            hash ^= hash >> 32;
            bytes = bytes[4..];
        }

        if (bytes.Length >= 2) hash = (hash ^ MemoryMarshal.Read<ushort>(bytes)) * 0xD6E8FEB86659FD93;
        return (uint)((hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15 >> 32);
    }

    private readonly record struct Entry(uint Hash, int Chars, int Length, int Tokens, int TokenCount);
}
