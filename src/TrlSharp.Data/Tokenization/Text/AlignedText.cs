using System.Runtime.CompilerServices;

namespace TrlSharp.Tokenization.Text;

/// <summary>
/// Text on its way to the model, every UTF-16 unit of which knows the range of the original text it stands for. While the text is the
/// original, unit for unit, only its origin is kept; arrays of ranges are made by the first change that needs them.
/// </summary>
/// <remarks>
/// The alignment rules are those of <c>NormalizedString</c> in huggingface/tokenizers: a replaced character keeps the range of what it
/// replaces, an inserted one takes the range of the one before it. Units of one character always share one range.
/// </remarks>
internal sealed class AlignedText
{
    private char[] _chars = new char[256];
    private int[] _starts = [];
    private int[] _ends = [];
    private int _lead;
    private bool _mapped;

    /// <summary>UTF-16 units.</summary>
    public int Length { get; private set; }

    /// <summary>Where the text begins in the original.</summary>
    public int Origin { get; private set; }

    public ReadOnlySpan<char> Chars => _chars.AsSpan(0, Length);

    /// <summary>The original itself, from <paramref name="origin"/> on.</summary>
    public void Set(ReadOnlySpan<char> original, int origin)
    {
        Clear(origin);
        Reserve(original.Length);
        original.CopyTo(_chars);
        (Length, _mapped) = (original.Length, false);
    }

    /// <summary>A whole text; lone surrogates, which are no characters, become U+FFFD.</summary>
    public void SetWellFormed(ReadOnlySpan<char> text)
    {
        Set(text, 0);
        var at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (at < 0) return;
        for (; at < Length; at++)
        {
            if (!char.IsSurrogate(_chars[at])) continue;
            if (at + 1 < Length && char.IsSurrogatePair(_chars[at], _chars[at + 1])) at++;
            else _chars[at] = '\uFFFD';
        }
    }

    /// <summary>Whether surrogates come in pairs only.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return false;
            at++;
        }

        return true;
    }

    /// <summary>
    /// Whether the units from <paramref name="unit"/> on are the original's, one for one; then <paramref name="shift"/> is what to add to
    /// a position counted from <paramref name="unit"/>.
    /// </summary>
    public bool IsOriginalFrom(int unit, out int shift)
    {
        shift = Origin + unit - _lead;
        return !_mapped && unit >= _lead;
    }

    /// <summary>Empties the text so that it can be built up with <see cref="Append(char, int, int)"/>.</summary>
    public void Clear(int origin) => (Length, Origin, _lead, _mapped) = (0, origin, 0, true);

    /// <summary>First unit of the original that this unit stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start(int unit)
    {
        if (_mapped) return _starts[unit];
        if (unit <= _lead) return Origin;
        return Origin + unit - _lead - (char.IsLowSurrogate(_chars[unit]) ? 1 : 0);
    }

    /// <summary>One past the last unit of the original that this unit stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int End(int unit)
    {
        if (_mapped) return _ends[unit];
        if (unit < _lead) unit = _lead;
        return Origin + unit - _lead + (char.IsHighSurrogate(_chars[unit]) ? 2 : 1);
    }

    /// <summary>Appends one unit that stands for <c>[start, end)</c> of the original.</summary>
    public void Append(char unit, int start, int end)
    {
        Reserve(Length + 1);
        ReserveRanges(Length + 1);
        (_chars[Length], _starts[Length], _ends[Length]) = (unit, start, end);
        Length++;
    }

    /// <summary>Appends a code point that stands for <c>[start, end)</c> of the original.</summary>
    public void AppendRune(int codePoint, int start, int end)
    {
        if (codePoint < 0x10000)
        {
            Append((char)codePoint, start, end);
            return;
        }

        Append((char)(0xD800 + ((codePoint - 0x10000) >> 10)), start, end);
        Append((char)(0xDC00 + (codePoint & 0x3FF)), start, end);
    }

    /// <summary>Appends units of another text with their ranges.</summary>
    public void Append(AlignedText source, int start, int end)
    {
        var count = end - start;
        Reserve(Length + count);
        ReserveRanges(Length + count);
        source._chars.AsSpan(start, count).CopyTo(_chars.AsSpan(Length));
        if (source._mapped)
        {
            source._starts.AsSpan(start, count).CopyTo(_starts.AsSpan(Length));
            source._ends.AsSpan(start, count).CopyTo(_ends.AsSpan(Length));
        }
        else
        {
            for (var i = 0; i < count; i++) (_starts[Length + i], _ends[Length + i]) = (source.Start(start + i), source.End(start + i));
        }

        Length += count;
    }

    /// <summary>Replaces one BMP character by another everywhere; no range changes.</summary>
    public void Replace(char from, char to) => _chars.AsSpan(0, Length).Replace(from, to);

    /// <summary>Puts <paramref name="lead"/> before the first character, whose range it takes. Does nothing to an empty text.</summary>
    public void Prepend(ReadOnlySpan<char> lead)
    {
        if (Length == 0) return;
        Reserve(Length + lead.Length);
        _chars.AsSpan(0, Length).CopyTo(_chars.AsSpan(lead.Length));
        lead.CopyTo(_chars);
        if (_mapped)
        {
            ReserveRanges(Length + lead.Length);
            _starts.AsSpan(0, Length).CopyTo(_starts.AsSpan(lead.Length));
            _ends.AsSpan(0, Length).CopyTo(_ends.AsSpan(lead.Length));
            _starts.AsSpan(0, lead.Length).Fill(_starts[lead.Length]);
            _ends.AsSpan(0, lead.Length).Fill(_ends[lead.Length]);
        }
        else
        {
            _lead += lead.Length;
        }

        Length += lead.Length;
    }

    private void Reserve(int units)
    {
        if (_chars.Length < units) Array.Resize(ref _chars, Math.Max(units, _chars.Length * 2));
    }

    private void ReserveRanges(int units)
    {
        if (_starts.Length >= units) return;
        Array.Resize(ref _starts, Math.Max(units, _chars.Length));
        Array.Resize(ref _ends, _starts.Length);
    }
}
