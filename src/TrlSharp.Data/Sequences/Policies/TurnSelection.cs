using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;

namespace TrlSharp.Sequences.Policies;

/// <summary>Which messages of the trained roles are trained.</summary>
/// <param name="Kind">The way to choose.</param>
/// <param name="Number">k of <see cref="TurnSelectionKind.After"/>, n of <see cref="TurnSelectionKind.First"/> and <see cref="TurnSelectionKind.Last"/>.</param>
public sealed record TurnSelection(TurnSelectionKind Kind, int Number = 0)
{
    /// <summary>Every message of the trained roles.</summary>
    public static TurnSelection All { get; } = new(TurnSelectionKind.All);

    /// <summary>Message indices of <see cref="TurnSelectionKind.Indices"/>.</summary>
    public IReadOnlyList<int> Indices { get; init; } = [];

    /// <summary>For each message whether it is chosen.</summary>
    /// <param name="messages">The whole conversation.</param>
    /// <param name="roles">The trained roles.</param>
    public bool[] Select(IReadOnlyList<Message> messages, IReadOnlyCollection<string> roles)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var count = messages.Count;
        var candidates = Enumerable.Range(0, count).Where(i => roles.Contains(messages[i].Role)).ToArray();
        var chosen = new bool[count];
        foreach (var i in Kind switch
        {
            TurnSelectionKind.All => candidates,
            TurnSelectionKind.LastMessage => candidates.TakeLast(1),
            TurnSelectionKind.LastTurn => candidates.Where(i => i > LastUser(messages)),
            TurnSelectionKind.After => candidates.Where(i => i > Number),
            TurnSelectionKind.First => candidates.Take(Number),
            TurnSelectionKind.Last => candidates.TakeLast(Number),
            TurnSelectionKind.Indices => candidates.Where(i => Indices.Contains(i) || Indices.Contains(i - count)),
            _ => [],
        }) chosen[i] = true;
        return chosen;
    }

    /// <summary>As written on the command line: <c>all</c>, <c>last_turn</c>, <c>after:2</c>, <c>indices:[1,-1]</c>.</summary>
    public override string ToString() => Kind switch
    {
        TurnSelectionKind.All => "all",
        TurnSelectionKind.LastMessage => "last",
        TurnSelectionKind.LastTurn => "last_turn",
        TurnSelectionKind.None => "none",
        TurnSelectionKind.Indices => $"indices:[{string.Join(",", Indices.Select(i => i.ToString(CultureInfo.InvariantCulture)))}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}:{Number}"),
    };

    private static int LastUser(IReadOnlyList<Message> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
            if (messages[i].Role == Roles.User) return i;
        return -1;
    }
}
