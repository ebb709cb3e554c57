using System.Globalization;
using System.Text;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>bytes</c>: a text that was encoded, to be counted, looked at or read back.</summary>
/// <param name="content">The bytes, which nobody changes.</param>
/// <param name="encoded">The text that they encode, whose origins reading them back keeps; null for none.</param>
internal sealed class BytesValue(byte[] content, TextValue? encoded = null) : Value
{
    public byte[] Content => content;

    /// <summary>The text that was encoded, without loss.</summary>
    public TextValue? Encoded => encoded;

    public override string TypeName => "bytes";

    public override bool IsTrue => content.Length > 0;

    public override bool IsIterable => true;

    public override long Weight => 1 + (4L * content.Length); // as it is printed

    public override int Length => content.Length;

    public override IEnumerable<Value> Iterate() => content.Select(b => (Value)IntegerValue.Of(b));

    public override Value? Attribute(string name) => BytesMethods.Bind(this, name);

    public override Value? Item(Value key)
    {
        if (Numbers.AsIndex(key) is not { } index) return null;
        if (index < 0) index += content.Length;
        return index >= 0 && index < content.Length ? IntegerValue.Of(content[index]) : null;
    }

    public override void AppendRepr(TextBuilder output, in RenderedSpan here)
    {
        var quote = content.Contains((byte)'\'') && !content.Contains((byte)'"') ? '"' : '\'';
        var text = new StringBuilder("b").Append(quote);
        foreach (var b in content)
        {
            _ = b switch
            {
                (byte)'\\' => text.Append(@"\\"),
                (byte)'\t' => text.Append(@"\t"),
                (byte)'\n' => text.Append(@"\n"),
                (byte)'\r' => text.Append(@"\r"),
                _ when b == quote => text.Append('\\').Append(quote),
                < 0x20 or >= 0x7F => text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
                _ => text.Append((char)b),
            };
        }

        output.Append(text.Append(quote).ToString(), here);
    }
}
