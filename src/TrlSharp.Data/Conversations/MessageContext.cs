using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>Where a message stands, for what is said about it.</summary>
internal sealed class MessageContext(RowOrigin origin, int index, List<Finding> findings, SeverityTable severities)
{
    /// <summary>0-based index of the message.</summary>
    public int Index => index;

    /// <summary>Known once the role has been read.</summary>
    public string Role { get; set; } = "";

    public MaskException Fault(MaskFault fault, string text) => new(fault, origin, $"{Name}: {text}");

    /// <summary>Throws, records or passes over, as the severity says.</summary>
    public void Report(MaskFault fault, string text)
    {
        if (severities[fault] == Severity.Error) throw Fault(fault, text);
        findings.Add(new Finding(fault, index, $"{Name}: {text}"));
    }

    private string Name => Role.Length == 0 ? $"message {index}" : $"message {index} ({Role})";
}
