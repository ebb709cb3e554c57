using System.Text;

namespace TrlSharp.Inspection;

/// <summary>UTF-16 offsets of one text as UTF-8 offsets; asked for in rising order it reads the text once.</summary>
internal sealed class Utf8Offsets(string text)
{
    private int _chars;
    private int _bytes;

    public int this[int offset]
    {
        get
        {
            if (offset < _chars) (_chars, _bytes) = (0, 0);
            _bytes += Encoding.UTF8.GetByteCount(text.AsSpan(_chars, offset - _chars));
            _chars = offset;
            return _bytes;
        }
    }
}
