using TrlSharp.Rows;

namespace TrlSharp.Sequences;

/// <summary>The ids at which engines stop a model: <c>eos_token_id</c> of its <c>generation_config.json</c>.</summary>
public static class GenerationStops
{
    /// <param name="modelFolder">A Hugging Face model folder.</param>
    /// <returns>One id or several; empty when there is no such file or it names none.</returns>
    /// <exception cref="ModelFolderException">The file is damaged.</exception>
    public static IReadOnlyList<int> Load(string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(modelFolder);
        var path = Path.Combine(modelFolder, "generation_config.json");
        if (!File.Exists(path)) return [];
        try
        {
            return RowValue.Parse(File.ReadAllBytes(path)).Find("eos_token_id") switch
            {
                { Kind: RowValueKind.List } list => [.. list.Items.Select(id => Id(path, id))],
                null or { IsNull: true } => [],
                { } one => [Id(path, one)],
            };
        }
        catch (DataException e)
        {
            throw new ModelFolderException($"{path} is damaged: {e.Message}", e);
        }
    }

    private static int Id(string path, RowValue value) => value.Kind == RowValueKind.Integer && value.Integer >= 0 && value.Integer <= int.MaxValue
        ? (int)value.Integer
        : throw new ModelFolderException($"{path}: eos_token_id holds {value}; it must be a token id or a list of them.");
}
