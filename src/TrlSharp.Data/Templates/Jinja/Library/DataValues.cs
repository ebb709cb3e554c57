using System.Globalization;
using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>What the caller gives, as values that know their place: message, field path, character.</summary>
internal static class DataValues
{
    /// <summary>The list of messages.</summary>
    public static ListValue Messages(IReadOnlyList<RowValue> messages) => new(Each(messages));

    /// <summary>The messages, each by itself.</summary>
    public static Value[] Each(IReadOnlyList<RowValue> messages)
    {
        var values = new Value[messages.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Of(messages[i], OriginKind.Data, i, "");
        return values;
    }

    /// <summary>Tool definitions; <c>none</c> when there are none.</summary>
    public static Value Tools(RowValue? tools) => tools is null ? NoneValue.Instance : Of(tools, OriginKind.Tools, -1, "");

    /// <summary>Any value below a message or variable.</summary>
    /// <param name="value">The data.</param>
    /// <param name="kind">What the data are.</param>
    /// <param name="message">Index of the message, −1 for none.</param>
    /// <param name="path">Path of the value below the message or variable; empty for the message itself.</param>
    public static Value Of(RowValue value, OriginKind kind, int message, string path)
    {
        if (value.Kind == RowValueKind.Map) return new MapValue(value, kind, message, path);
        var origin = Origins.Of(kind, message, path);
        return value.Kind == RowValueKind.String ? Text(value.Text, origin) : Other(value, origin);
    }

    private static Value Other(RowValue value, Origin origin) => value.Kind switch
    {
        RowValueKind.Null => new NoneValue(origin),
        RowValueKind.Boolean => new BooleanValue(value.Boolean, origin),
        RowValueKind.Integer => new IntegerValue(value.Integer, origin),
        RowValueKind.Real => new FloatValue(value.Real, origin),
        _ => List(value.Items, origin),
    };

    private static ListValue List(IReadOnlyList<RowValue> items, Origin origin)
    {
        var values = new Value[items.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Of(items[i], origin.Kind, origin.Message, string.Create(CultureInfo.InvariantCulture, $"{origin.Path}[{i}]"));
        return new(values, source: origin);
    }

    /// <summary>Text of the data, which nobody owns yet.</summary>
    public static TextValue Text(string text, Origin origin) => text.Length == 0
        ? TextValue.Empty
        : new(text, Runs.Exact(text.Length, origin));
}
