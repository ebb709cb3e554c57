namespace TrlSharp.Models.Attention;

/// <summary>Sizes of an attention layer. N query heads share K key-value heads of H channels.</summary>
/// <param name="Hidden">D: size of the residual stream.</param>
/// <param name="Queries">N.</param>
/// <param name="KeyValues">K; divides N.</param>
/// <param name="Size">H.</param>
internal sealed record Heads(int Hidden, int Queries, int KeyValues, int Size)
{
    /// <summary>N · H.</summary>
    public int QuerySize => Queries * Size;

    /// <summary>K · H.</summary>
    public int KeyValueSize => KeyValues * Size;

    /// <summary>H^-0.5, the usual factor on q·k.</summary>
    public double Scale => Math.Pow(Size, -0.5);

    /// <summary>Reads <c>hidden_size</c>, <c>num_attention_heads</c>, <c>num_key_value_heads</c> and <c>head_dim</c> (where absent <paramref name="defaultSize"/>, or D / N).</summary>
    public static Heads Read(ConfigReader config, int? defaultSize = null)
    {
        var (hidden, queries) = (config.Size("hidden_size"), config.Size("num_attention_heads"));
        var keyValues = config.Size("num_key_value_heads", queries);
        if (queries % keyValues != 0) throw config.Wrong("num_key_value_heads", $"a divisor of num_attention_heads = {queries}");
        if (!config.Has("head_dim") && defaultSize is null && hidden % queries != 0) throw config.Wrong("num_attention_heads", $"a divisor of hidden_size = {hidden}");
        return new(hidden, queries, keyValues, config.Size("head_dim", defaultSize ?? hidden / queries));
    }
}
