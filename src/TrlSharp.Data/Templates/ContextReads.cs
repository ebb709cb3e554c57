using TrlSharp.Rows;

namespace TrlSharp.Templates;

/// <summary>Which of the names that a render could ask for it did ask for, defined or not. What it did not ask for cannot have changed what it wrote.</summary>
/// <param name="Names">All names, by slot.</param>
/// <param name="Slots">A bit for each; slots 64 apart share one.</param>
internal readonly record struct ContextReads(IReadOnlyList<string> Names, ulong Slots)
{
    /// <summary>Whether the text would be the same with other variables: nothing that differs between the two maps was asked for.</summary>
    public bool AreSameUnder(RowValue variables, RowValue others)
    {
        if (Names is null) return false;
        for (var slot = 0; slot < Names.Count; slot++)
        {
            if ((Slots >> (slot % 64) & 1) == 0) continue;
            var (value, other) = (variables.Find(Names[slot]), others.Find(Names[slot]));
            if (!ReferenceEquals(value, other) && (value is null || other is null || !value.ValueEquals(other))) return false;
        }

        return true;
    }
}
