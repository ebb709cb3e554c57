using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates;

/// <summary>The data of one conversation as values of the interpreter, made once for many renders of its beginnings.</summary>
/// <param name="messages">All messages.</param>
/// <param name="tools">Tool definitions, or null.</param>
internal sealed class PreparedValues(IReadOnlyList<RowValue> messages, RowValue? tools)
{
    private Value? _tools;
    private readonly Value[] _messages = DataValues.Each(messages);
    private readonly ListValue?[] _first = new ListValue?[messages.Count + 1];

    /// <summary>Tool definitions; <c>none</c> when there are none.</summary>
    public Value Tools => _tools ??= DataValues.Tools(tools);

    /// <summary>The first messages.</summary>
    public ListValue First(int count) => _first[count] ??= new([.. _messages.AsSpan(0, count)]);
}
