namespace TrlSharp.Sequences.Policies;

/// <summary>The ways to choose turns.</summary>
public enum TurnSelectionKind
{
    /// <summary>Every message of the trained roles.</summary>
    All,

    /// <summary>The last message of the trained roles.</summary>
    LastMessage,

    /// <summary>Every message of the trained roles after the last user message, tool steps included.</summary>
    LastTurn,

    /// <summary>Every message of the trained roles whose index is greater than a number.</summary>
    After,

    /// <summary>The first n messages of the trained roles.</summary>
    First,

    /// <summary>The last n messages of the trained roles.</summary>
    Last,

    /// <summary>The messages at some indices, as far as their role is trained; negative ones count from the end.</summary>
    Indices,

    /// <summary>No message; only explicit flags train.</summary>
    None,
}
