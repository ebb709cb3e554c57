using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>Builds what all families share, in the order of a forward pass: embedding, layers, norm, head. V vocabulary, D hidden size.</summary>
internal static class DecoderBuilder
{
    /// <summary>More is a damaged file: the deepest published models have some hundred layers.</summary>
    public const int MostLayers = 10_000;

    /// <param name="config">config.json.</param>
    /// <param name="root">The root of the module tree.</param>
    /// <param name="hidden">D.</param>
    /// <param name="block">From the 0-based layer and its place in the tree to the layer.</param>
    /// <param name="norm">From the place of the base model to the final norm.</param>
    /// <param name="names">What the outer parts are called.</param>
    public static Decoder Build(
        ConfigReader config, ParameterScope root, int hidden, Func<int, ParameterScope, IBlock> block, Func<ParameterScope, Func<Tensor, Tensor>> norm, DecoderNames? names = null)
    {
        names ??= new();
        var model = root[names.Base];
        var vocabulary = config.Size("vocab_size");
        var isTied = IsTied(config, root, names);
        var source = root.Store.Source;
        var (embeddingName, headName) = ($"{model.Join(names.Embedding)}.weight", $"{names.Head}.weight");
        // A tied file holds the tensor once, under either name.
        var onlyHead = isTied && !source.Contains(embeddingName) && source.Contains(headName);
        var weight = root.Parameter(onlyHead ? headName : embeddingName, InitialValue.Normal, vocabulary, hidden);
        var embedding = root.Store.AddModule(model.Join(names.Embedding), new Embedding(model.Join(names.Embedding), weight, names.PaddedEmbedding ? PaddingIndex(config, vocabulary) : null));

        var layers = config.Size(config.Has("n_layer") ? "n_layer" : "num_hidden_layers");
        if (layers > MostLayers) throw config.Wrong("num_hidden_layers", $"at most {MostLayers}");
        var blocks = new List<IBlock>();
        for (var layer = 0; layer < layers; layer++) blocks.Add(block(layer, model[names.Layers, layer]));
        var finalNorm = norm(model);

        var head = isTied ? TiedHead(root, names, weight, onlyHead ? embeddingName : headName, vocabulary) : root.Linear(names.Head, hidden, vocabulary, names.HeadBias);
        return new() { Embedding = embedding, Blocks = blocks, FinalNorm = finalNorm, Head = head };
    }

    private static Linear TiedHead(ParameterScope root, DecoderNames names, NamedParameter weight, string otherName, int vocabulary)
    {
        if (root.Store.Source.Contains(otherName)) root.Store.AddAlias(otherName, weight);
        var bias = names.HeadBias ? root[names.Head].Parameter("bias", InitialValue.Zero, vocabulary) : null;
        return root.Store.AddModule(names.Head, new Linear(names.Head, weight, bias));
    }

    /// <summary>A config may say "tied" of a file with two different tensors: transformers then keeps both apart, and so do we.</summary>
    private static bool IsTied(ConfigReader config, ParameterScope root, DecoderNames names)
    {
        var tied = config.Bool("tie_word_embeddings", names.TiedByDefault);
        return tied && !root.Store.Source.Differ($"{root[names.Base].Join(names.Embedding)}.weight", $"{names.Head}.weight");
    }

    /// <summary>torch.nn.Embedding counts negative numbers from the end.</summary>
    private static int? PaddingIndex(ConfigReader config, int vocabulary)
    {
        if (!config.Has("pad_token_id")) return null;
        var index = config.Int("pad_token_id");
        if (index < 0) index += vocabulary;
        return index >= 0 && index < vocabulary ? index : throw config.Wrong("pad_token_id", $"a token below vocab_size = {vocabulary}");
    }
}
