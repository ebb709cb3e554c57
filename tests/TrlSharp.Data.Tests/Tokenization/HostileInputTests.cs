using System.Globalization;
using System.Text;
using TrlSharp.Data.Tests.Tokenization.Differential;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Files;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class HostileInputTests
{
    /// <summary>Nightly: 50,000 in all.</summary>
    private static readonly int Mutations = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 50_000 : 1_500;

    /// <summary>Cut, flipped, doubled and swapped bytes of every kind of file: a tokenizer or a refusal, never another exception.</summary>
    [Fact]
    public void A_mutated_file_is_read_or_refused()
    {
        var files = ConfigurationFixtures.All.Select(fixture => Encoding.UTF8.GetBytes(fixture.Json)).ToArray();
        var random = new SeededRandom(3);
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutate(files[random.Next(files.Length)], random);
            try
            {
                Tokenizer.Parse(mutated).Encode("The <s> quick Ábab\u0301 <mask> 123 中文😀");
            }
            catch (TrlSharpException)
            {
                // Refused by name: what this test wants of a damaged file.
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i.ToString(CultureInfo.InvariantCulture)}: {e}");
            }
        }
    }

    /// <summary>The same for files that are converted: tekken.json, and tokenizer.model of both kinds.</summary>
    [Fact]
    public void A_mutated_file_of_another_format_is_read_or_refused()
    {
        var random = new SeededRandom(5);
        (byte[] Bytes, Func<byte[], TokenizerFile> Read)[] files =
        [
            (SmallModels.Tekken, bytes => TekkenConverter.Convert(bytes)),
            (SmallModels.SentencePiece(kind: 1), bytes => SentencePieceConverter.Convert(bytes, default)),
            (SmallModels.SentencePiece(kind: 2), bytes => SentencePieceConverter.Convert(bytes, default)),
        ];
        foreach (var (bytes, read) in files) Assert.NotEmpty(TokenizerBuilder.Build(() => read(bytes), default, default, default).Encode("abab ba"));
        for (var i = 0; i < Mutations; i++)
        {
            var (bytes, read) = files[random.Next(files.Length)];
            var mutated = Mutate(bytes, random);
            try
            {
                TokenizerBuilder.Build(() => read(mutated), default, default, default).Encode("abab ba é <s> 中😀");
            }
            catch (TrlSharpException)
            {
                // Refused by name.
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i.ToString(CultureInfo.InvariantCulture)}: {e}");
            }
        }
    }

    [Theory]
    [InlineData('a')]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('中')]
    [InlineData('\u0301')]
    public void A_million_times_one_character_is_encoded(char character)
    {
        // A second; were anything quadratic, this test would run for hours.
        var tokens = TestTokenizers.Small.Encode(new string(character, 1_000_000));
        Assert.Equal(1_000_000, tokens[^1].End);
    }

    internal static byte[] Mutate(byte[] file, SeededRandom random)
    {
        var bytes = file.ToList();
        for (var changes = 1 + random.Next(4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(1 + random.Next(40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0: bytes.RemoveRange(at, bytes.Count - at); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.RemoveRange(at, length); break;
                case 4: bytes[at] = (byte)"{}[]\",:0-9nulltrue\\"[random.Next(19)]; break;
                default: bytes.InsertRange(at, Encoding.ASCII.GetBytes(random.Next(2) == 0 ? "99999999999" : "null")); break;
            }
        }

        return [.. bytes];
    }
}
