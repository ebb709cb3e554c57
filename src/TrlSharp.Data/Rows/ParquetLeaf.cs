namespace TrlSharp.Rows;

/// <summary>What a leaf column of a row group holds beside its values.</summary>
/// <param name="Entries">Values and places without a value together.</param>
/// <param name="Present">The definition level of a value that is there.</param>
/// <param name="MostDefinition">The most definition levels: how many of it and its ancestors are optional or repeated.</param>
/// <param name="MostRepetition">The most repetition levels: how many of it and its ancestors are repeated.</param>
internal readonly record struct ParquetLeaf(int Entries, int Present, int MostDefinition, int MostRepetition)
{
    /// <summary>Whether definition levels are stored.</summary>
    public bool HasDefinitions => MostDefinition > 0;

    /// <summary>Whether repetition levels are stored.</summary>
    public bool HasRepetitions => MostRepetition > 0;
}
