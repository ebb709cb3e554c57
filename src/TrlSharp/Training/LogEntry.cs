namespace TrlSharp.Training;

/// <summary>One line of the log.</summary>
public sealed record LogEntry
{
    /// <summary>Updates done.</summary>
    public required int Step { get; init; }

    /// <summary>Epochs done, the running one in fractions.</summary>
    public required double Epoch { get; init; }

    /// <summary>What the run computed, under TRL's names, in order. The same for every run of the same program on the same data.</summary>
    public required IReadOnlyList<(string Name, double Value)> Values { get; init; }

    /// <summary>What depends on the machine and the hour: tokens per second, memory, time left.</summary>
    public IReadOnlyList<(string Name, double Value)> Machine { get; init; } = [];

    /// <summary>A value by name, or null.</summary>
    public double? this[string name]
    {
        get
        {
            foreach (var (known, value) in Values)
                if (known == name) return value;
            return null;
        }
    }
}
