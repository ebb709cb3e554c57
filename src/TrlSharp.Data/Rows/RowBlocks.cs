namespace TrlSharp.Rows;

/// <summary>The rows of a source in blocks: where a row's end can be found without reading the row, reading is left to whoever takes the block.</summary>
internal static class RowBlocks
{
    /// <summary>Every row and every fault of a source, in order.</summary>
    public static IEnumerable<RowBlock> Of(IRowSource source) => source switch
    {
        JsonLinesRows lines => lines.Blocks(),
        JsonRows json => json.Blocks(),
        ConcatenatedRows several => several.Sources.SelectMany(Of),
        _ => Batches.Of(Refusals.Interleave(source), RowBlock.MostRows).Select(rows => new ReadBlock(rows)),
    };
}
