using TrlSharp.Tokenization.Decoders;
using TrlSharp.Tokenization.PreTokenizers;

namespace TrlSharp.Tokenization.Files;

/// <summary>Makes a decoder of its JSON.</summary>
internal static class DecoderReader
{
    public static Decoder Read(JsonFields json) => json.Type switch
    {
        "Sequence" => new DecoderSequence([.. json.Objects("decoders").Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(json.Character("content"), json.Int("start"), json.Int("stop")),
        "Replace" => new ReplaceDecoder(NormalizerReader.Pattern(json), json.String("content")),
        "Metaspace" => new MetaspaceDecoder(json.Character("replacement"), PreTokenizerReader.Scheme(json) != PrependScheme.Never),
        "WordPiece" => new WordPieceDecoder(json.String("prefix"), json.Bool("cleanup", true)),
        "BPEDecoder" => new BpeDecoder(json.String("suffix")),
        "CTC" => new CtcDecoder(json.String("pad_token"), json.String("word_delimiter_token"), json.Bool("cleanup", true)),
        var type => throw json.NotImplemented($"the decoder \"{type}\""),
    };
}
