using System.Text;

namespace TrlSharp.Conversations;

/// <summary>Offsets of one text in code points, UTF-16 units or UTF-8 bytes, translated to UTF-16.</summary>
internal sealed class TextOffsets
{
    private readonly string _text;
    private readonly string _unit;

    public TextOffsets(string text, string unit, Func<Exception> unknownUnit)
    {
        (_text, _unit) = (text, unit);
        Length = unit switch
        {
            "utf16" => text.Length,
            "codepoint" => text.EnumerateRunes().Count(),
            "byte" => Encoding.UTF8.GetByteCount(text),
            _ => throw unknownUnit(),
        };
    }

    /// <summary>Length of the text in the unit.</summary>
    public int Length { get; }

    /// <summary>The UTF-16 offset, or null when the offset lies inside a character.</summary>
    public int? Utf16(long offset)
    {
        if (_unit == "utf16") return offset < _text.Length && char.IsLowSurrogate(_text[(int)offset]) ? null : (int)offset;
        long units = 0;
        var at = 0;
        foreach (var rune in _text.EnumerateRunes())
        {
            if (units >= offset) break;
            units += _unit == "byte" ? rune.Utf8SequenceLength : 1;
            at += rune.Utf16SequenceLength;
        }

        return units == offset ? at : null;
    }
}
