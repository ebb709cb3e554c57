using TrlSharp.Conversations;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Why something cannot be trained as it stands; kept until it is known that no other way cures it. It is put into words only when somebody is told, because
/// most faults of a turn are cured by other variables or by another example.
/// </summary>
/// <param name="fault">What is wrong.</param>
/// <param name="describe">In full, ways out included.</param>
internal sealed class RowFault(MaskFault fault, Func<string> describe)
{
    private string? _text;

    public RowFault(MaskFault fault, string text)
        : this(fault, () => text)
    {
    }

    public MaskFault Fault => fault;

    public string Text => _text ??= describe();
}
