// log_witness checks our audit log with Go's golang.org/x/mod/sumdb: the code that guards Go's checksum database, and
// nothing of ours.
//
//	log_witness checkpoint VKEY CHECKPOINT        the note's signature
//	log_witness proof VKEY PROOF ENTRY            a .tlog-proof of the entry whose line is in the file ENTRY
//	log_witness tree VKEY FOLDER                  the root and every tile, computed from the entries
//	log_witness consistency VKEY FOLDER EARLIER   the log continues the checkpoint in the file EARLIER
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type checkpoint struct {
	size int64
	root tlog.Hash
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println("verified")
}

func run(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage")
	}
	verifier, err := note.NewVerifier(args[1])
	if err != nil {
		return err
	}
	switch {
	case args[0] == "checkpoint" && len(args) == 3:
		_, err := readCheckpoint(args[2], verifier)
		return err
	case args[0] == "proof" && len(args) == 4:
		return checkProof(args[2], args[3], verifier)
	case args[0] == "tree" && len(args) == 3:
		return checkTree(args[2], verifier)
	case args[0] == "consistency" && len(args) == 4:
		return checkConsistency(args[2], args[3], verifier)
	}
	return fmt.Errorf("usage")
}

func readCheckpoint(path string, verifier note.Verifier) (checkpoint, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return checkpoint{}, err
	}
	return openCheckpoint(content, verifier)
}

func openCheckpoint(content []byte, verifier note.Verifier) (checkpoint, error) {
	opened, err := note.Open(content, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return checkpoint{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{size, root}, err
}

func checkProof(proofPath, entryPath string, verifier note.Verifier) error {
	content, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(content), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return fmt.Errorf("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := openCheckpoint([]byte(signed), verifier)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.size, tree.root, index, tlog.RecordHash(entry))
}

// storedHashes is Go's own layout of a tree's hashes, in memory.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

// tilePath is where C2SP tlog-tiles puts a tile: as Go does, without the height.
func tilePath(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

// tilesOf lists the tiles of hashes of a log of that size; NewTiles of some versions adds every narrower one.
func tilesOf(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		hashes := size >> (tileHeight * level)
		for n := int64(0); n<<tileHeight < hashes; n++ {
			width := 1 << tileHeight
			if rest := hashes - n<<tileHeight; rest < int64(width) {
				width = int(rest)
			}
			tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: n, W: width})
		}
	}
	return tiles
}

func checkTree(folder string, verifier note.Verifier) error {
	tree, err := readCheckpoint(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	var stored storedHashes
	for index := int64(0); index < tree.size; {
		width := 1 << tileHeight
		if rest := tree.size - index; rest < int64(width) {
			width = int(rest)
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: index >> tileHeight, W: width}
		bundle, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(tilePath(tile))))
		if err != nil {
			return err
		}
		for i := 0; i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s ends within entry %d", tilePath(tile), index)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			hashes, err := tlog.StoredHashes(index, bundle[2:end], stored)
			if err != nil {
				return err
			}
			stored = append(stored, hashes...)
			bundle = bundle[end:]
			index++
		}
		if len(bundle) != 0 {
			return fmt.Errorf("%s goes on after its last entry", tilePath(tile))
		}
	}
	root, err := tlog.TreeHash(tree.size, stored)
	if err != nil {
		return err
	}
	if root != tree.root {
		return fmt.Errorf("the entries give the root %s, the checkpoint says %s", root, tree.root)
	}
	for _, tile := range tilesOf(tree.size) {
		expected, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(tilePath(tile))))
		if err != nil {
			return err
		}
		if !bytes.Equal(content, expected) {
			return fmt.Errorf("%s is another than the entries give", tilePath(tile))
		}
	}
	return nil
}

// tileFolder serves tiles to Go's client, which authenticates each against the tree it was told.
type tileFolder string

func (folder tileFolder) Height() int { return tileHeight }

func (folder tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(folder), filepath.FromSlash(tilePath(tile))))
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func (folder tileFolder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func checkConsistency(folder, earlierPath string, verifier note.Verifier) error {
	tree, err := readCheckpoint(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	earlier, err := readCheckpoint(earlierPath, verifier)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: tree.size, Hash: tree.root}, tileFolder(folder))
	proof, err := tlog.ProveTree(tree.size, earlier.size, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.size, tree.root, earlier.size, earlier.root)
}
